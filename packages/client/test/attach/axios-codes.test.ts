import { Readable } from 'node:stream'
import type { AxiosAdapter, AxiosResponse } from 'axios'
import { describe, expect, test, vi } from 'vitest'
import type { AnswerView } from '../../src/backend/backend.js'
import { judgedAnswer } from '../../src/backend/judged-answer.js'
import { openWithCodes } from '../support/attached.js'
import { axiosVersions } from '../support/axios-versions.js'
import { comparable, headerOf } from '../support/recording-api.js'
import { useWorld } from '../support/world.js'

const world = useWorld()
const versions = await axiosVersions()

describe.each(versions)('a token header of its own, axios $version', ({ axios }) => {
  test('is there once on each attempt, with the headers of the application', async ({ skip }) => {
    skip(!axios, 'no package registry is reachable')
    const { api, instance, bare, backend } = await openWithCodes(world, { axios: axios! })
    const headers = { 'X-Trace': '7' }
    await bare.post('/orders', { a: 1 }, { headers })

    const { data } = await instance.post('/orders', { a: 1 }, { headers })

    expect(data).toEqual({ call: 3 })
    const [expected, first, second] = api.calls
    for (const call of [first!, second!]) {
      expect(comparable(call, 'accessToken')).toEqual(comparable(expected!))
      expect(call.headers.length).toBe(expected!.headers.length + 1)
    }
    expect([headerOf(first!, 'accessToken'), headerOf(second!, 'accessToken')]).toEqual(['token-0', 'token-1'])
    expect([backend.refreshes, headerOf(second!, 'x-trace')]).toEqual([1, '7'])
  })
})

describe('an expired token in an HTTP 200 answer', () => {
  const types = ['json', 'text', 'arraybuffer', 'blob', 'stream', undefined] as const
  test.each(
    (['http', 'fetch'] as const).flatMap((adapter) => types.map((responseType) => ({ adapter, responseType }))),
  )('is seen with the adapter $adapter and responseType $responseType', async ({ adapter, responseType }) => {
    // Of Node's streams nothing is read: they could not be put together again.
    const blind = adapter === 'http' && responseType === 'stream'
    const { api, instance, backend } = await openWithCodes(world, { defaults: { adapter } })

    await instance.get('/a', { ...(responseType && { responseType }) })

    expect([api.calls.length, backend.refreshes]).toEqual(blind ? [1, 0] : [2, 1])
  })

  test('is recognised in text of any type, in a Blob, and in parsed JSON', async () => {
    for (const data of [
      '{"code":"10415"}',
      new Blob(['{"code":10415}'], { type: 'application/json' }),
      new TextEncoder().encode('{"code":10415}').buffer,
      { code: 10415 },
    ]) {
      const { backend, instance } = await openWithCodes(world)
      const headers =
        typeof data === 'string' ? { 'content-type': 'text/html' } : { 'content-type': 'application/json' }
      const adapter = answers([{ data, headers }, { data: 'ok' }])

      expect([(await instance.get('/a', { adapter })).data, backend.refreshes]).toEqual(['ok', 1])
    }
  })

  test.each([
    ['{"code":0}'],
    ['{"code":null}'],
    ['{}'],
    ['[]'],
    ['null'],
    [null],
    [''],
    ['plain'],
    [`{"code":10415,"more":"${'x'.repeat(65_536)}"}`],
    [new Blob(['{"code":10415}'], { type: 'text/plain' })],
  ])('is not what %s says', async (data) => {
    const { backend, instance } = await openWithCodes(world)

    const { status } = await instance.get('/a', { adapter: answers([{ data }]) })

    expect([status, backend.refreshes]).toEqual([200, 0])
  })

  test('is not looked for in a file, which is not read', async () => {
    const { instance } = await openWithCodes(world)
    const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    const file = new Blob([new Uint8Array(5_000_000)], { type })
    const reads = [vi.spyOn(file, 'text'), vi.spyOn(file, 'stream'), vi.spyOn(file, 'arrayBuffer')]

    const { data } = await instance.get('/a', { responseType: 'blob', adapter: answers([{ data: file }]) })

    expect(data).toBe(file)
    for (const read of reads) expect(read).not.toHaveBeenCalled()
  })

  test('leaves a stream whole for the caller', async () => {
    const { api, instance } = await openWithCodes(world, { defaults: { adapter: 'fetch', responseType: 'stream' } })
    api.answer = () => ({ body: { code: 0, list: [1] } })

    const { data } = await instance.get('/a')

    expect(await new Response(data).json()).toEqual({ code: 0, list: [1] })
  })

  test('leaves a stream of Node whole for the caller', async () => {
    const { instance } = await openWithCodes(world)
    const data = Readable.from(['{"code":0}'])

    const answer = await instance.get('/a', { adapter: answers([{ data, headers: { 'content-type': 'json' } }]) })

    expect(await new Response(answer.data).text()).toBe('{"code":0}')
  })
})

test('an adapter of a mini-program finds the token in a plain copy of the headers, and need not answer any', async () => {
  const { instance } = await openWithCodes(world)
  const tokens: unknown[] = []
  const bodies = [{ code: 10415 }, { code: 0 }]
  const adapter = async ({ headers }: { headers: object }) => {
    tokens.push(({ ...headers } as Record<string, unknown>).accessToken)
    return { status: 200, data: bodies.shift(), header: { 'Content-Type': 'application/json' } }
  }

  const { data } = await instance.get('/a', { adapter: adapter as unknown as AxiosAdapter })

  expect([data, tokens]).toEqual([{ code: 0 }, ['token-0', 'token-1']])
})

test('`judge` receives the final address of a redirect and its answer', async () => {
  const seen: unknown[] = []
  const judge = async (view: AnswerView, requestUrl: string) => {
    const { status, url, redirected, contentType } = await judgedAnswer(view, requestUrl)
    seen.push([status, new URL(url).pathname, redirected, contentType])
    return redirected && contentType === 'text/html' ? { code: 'access_token_expired' as const } : undefined
  }
  const { api, backend, instance } = await openWithCodes(world, { backend: { judge } })
  const at = (path: string) => ({ responseURL: api.origin + path })
  const adapter = answers([
    { data: '<html>', headers: { 'content-type': 'text/html' }, request: at('/sign-in') },
    { data: 'ok', request: at('/a?x=1') },
  ])

  const { data } = await instance.get('/a', { adapter, params: { x: 1 } })

  expect([data, backend.refreshes]).toEqual(['ok', 1])
  expect(seen).toEqual([
    [200, '/sign-in', true, 'text/html'],
    [200, '/a', false, ''],
  ])
})

test('a backend whose `refresh` uses the attached instance works where the call says `auth: false`', async () => {
  const { instance, api, backend } = await openWithCodes(world)
  const { refresh } = backend
  backend.refresh = async (held, signal) => {
    await instance.post('/refresh', {}, { auth: false as never })
    return await refresh(held, signal)
  }

  expect((await instance.get('/a')).data).toEqual({ call: 3 })
  expect(api.calls.map(({ line }) => line)).toEqual(['GET /a', 'POST /refresh', 'GET /a'])
})

/** An adapter that gives the answers in turn. */
function answers(list: Partial<AxiosResponse>[]): AxiosAdapter {
  const left = [...list]
  return async (config) => ({ status: 200, config, headers: {}, ...left.shift() }) as AxiosResponse
}
