import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { comparable, headerOf, type RecordedCall } from '../packages/client/test/support/recording-api.js'
import { openAxiosPage } from './harness/axios-page.js'
import { story } from './harness/story.js'

const adapters = ['xhr', 'fetch'] as const

story.for(adapters)(
  'a request by %s is the same as with bare axios, with a token, and is replayed with the next token',
  async (adapter, { browser }) => {
    const { page, takeCalls, expire, refreshes } = await openAxiosPage(browser)
    const before = refreshes()
    await expire()

    const counters = await page.evaluate(async (adapter) => {
      const { axios, attachAxios, client } = window
      const seen = { requests: 0, responses: 0, data: [] as unknown[] }
      const create = () => {
        const instance = axios.create({ adapter, baseURL: '/api', timeout: 5000, headers: { 'X-Trace': '7' } })
        instance.interceptors.request.use((config) => {
          if (config.url === 'late') config.paramsSerializer = { serialize: (params) => `late=${params.q}` }
          return config
        })
        return instance
      }
      const bare = create()
      const attached = create()
      attached.interceptors.request.use((config) => {
        seen.requests++
        return config
      })
      attached.interceptors.response.use((response) => {
        seen.responses++
        seen.data.push(response.data)
        return response
      })
      attachAxios(attached, client)
      const params = { q: 'a b', ids: [1, 2] }
      const paramsSerializer = { serialize: (params: { q: string }) => `own=${params.q}` }
      for (const instance of [bare, attached]) {
        await instance.post('orders', { a: 1 }, { params })
        await instance.get('/list', { params, paramsSerializer, responseType: 'json' })
        await instance.get('late', { params })
        await instance.delete('/orders/1', { withCredentials: true })
      }
      return seen
    }, adapter)

    const calls = takeCalls()
    const expected = calls.slice(0, 4).map(unordered)
    const attempts = calls.slice(4)
    expect(attempts.map(unordered)).toEqual([expected[0], ...expected])
    expect(expected.map(({ line }) => line)).toEqual([
      'POST /api/orders?q=a+b&ids%5B%5D=1&ids%5B%5D=2',
      'GET /api/list?own=a%20b',
      'GET /api/late?late=a%20b',
      'DELETE /api/orders/1',
    ])
    expect(new Set(attempts.map((call) => headerOf(call, 'authorization'))).size).toBe(2)
    expect(counters).toMatchObject({ requests: 4, responses: 4 })
    expect(refreshes() - before).toBe(1)
  },
)

story.for(adapters)(
  'a form with a file of 3 MB arrives complete on both attempts (%s)',
  async (adapter, { browser }) => {
    const { page, takeCalls, expire } = await openAxiosPage(browser)
    await expire()

    const { hash, progress } = await page.evaluate(async (adapter) => {
      const { axios, attachAxios, client } = window
      const bytes = new Uint8Array(3 * 1024 * 1024)
      for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
      const form = new FormData()
      form.append('name', 'a')
      form.append('file', new Blob([bytes]), 'a.bin')
      const progress: number[] = []
      // Over HTTP/1.1 a body with progress is more than the fetch adapter can do, with a session or without.
      const onUploadProgress = ({ loaded }: { loaded: number }) => void progress.push(loaded)
      const attached = axios.create({ adapter, ...(adapter === 'xhr' && { onUploadProgress }) })
      attachAxios(attached, client)
      await attached.post('/api/upload', form)
      const digest = await crypto.subtle.digest('SHA-256', bytes)
      return {
        hash: Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(''),
        progress,
      }
    }, adapter)

    const calls = takeCalls()
    const files = calls.map((call) => {
      const boundary = /boundary=(.+)/.exec(headerOf(call, 'content-type') ?? '')?.[1]
      expect(boundary).toBeTruthy()
      const start = call.body.indexOf('\r\n\r\n', call.body.indexOf('filename="a.bin"')) + 4
      return createHash('sha256')
        .update(call.body.subarray(start, start + 3 * 1024 * 1024))
        .digest('hex')
    })
    expect(files).toEqual([hash, hash])
    expect(progress.filter((loaded) => loaded > 3 * 1024 * 1024).length).toBe(adapter === 'xhr' ? 2 : 0)
  },
)

story('an upload with progress by fetch over HTTP/1.1 fails as it does without a session', async ({ browser }) => {
  const { page } = await openAxiosPage(browser)

  const outcomes = await page.evaluate(async () => {
    const { axios, attachAxios, client } = window
    const instances = [0, 1].map(() => axios.create({ adapter: 'fetch', onUploadProgress: () => {} }))
    attachAxios(instances[1]!, client)
    const send = (instance: (typeof instances)[number]) =>
      instance.post('/api/upload', new Blob(['x'])).then(
        ({ status }) => String(status),
        ({ name, code, message }) => [name, code, message].join(' '),
      )
    return Promise.all(instances.map(send))
  })

  expect(outcomes[1]).toBe(outcomes[0])
})

story.for(adapters)(
  'a download arrives as a Blob, also after a refusal in a Blob (%s)',
  async (adapter, { browser }) => {
    const { page, api, takeCalls, refreshes } = await openAxiosPage(browser)
    const before = refreshes()
    const { answer } = api
    const file = Buffer.alloc(5_000_000, 7)
    api.answer = (call, n) => {
      if (!call.line.includes('/file')) return answer(call, n)
      if (refreshes() === before)
        return {
          status: 401,
          headers: { 'Content-Type': 'application/problem+json' },
          body: { code: 'access_token_expired', verdict: 'refresh' },
        }
      return { headers: { 'Content-Type': 'application/octet-stream' }, body: file }
    }

    const result = await page.evaluate(async (adapter) => {
      const { axios, attachAxios, client } = window
      const attached = axios.create({ adapter })
      attachAxios(attached, client)
      const { data } = await attached.get('/api/file', { responseType: 'blob' })
      const bytes = new Uint8Array(await data.arrayBuffer())
      return { kind: data instanceof Blob, size: data.size, type: data.type, even: bytes.every((byte) => byte === 7) }
    }, adapter)

    expect(result).toEqual({ kind: true, size: 5_000_000, type: 'application/octet-stream', even: true })
    expect(takeCalls().length).toBe(2)
  },
)

story(
  'a redirect is followed as without a session, and a 401 without CORS headers signs nobody out',
  async ({ browser }) => {
    const { page, api, refreshes } = await openAxiosPage(browser)
    const before = refreshes()
    const { answer } = api
    const elsewhere = api.origin
    api.answer = (call, n) => {
      if (call.line === 'GET /api/old') return { status: 302, headers: { Location: '/api/new' } }
      if (call.line === 'GET /api/hidden') return { status: 401 }
      return answer(call, n)
    }

    const result = await page.evaluate(async (elsewhere) => {
      const { axios, attachAxios, client } = window
      const [bare, attached] = [axios.create(), axios.create()]
      attachAxios(attached, client)
      const hidden = (instance: typeof bare) =>
        instance.get(`${elsewhere}/api/hidden`).catch(({ code, message }) => `${code} ${message}`)
      return {
        redirected: [(await bare.get('/api/old')).status, (await attached.get('/api/old')).request.responseURL],
        hidden: [await hidden(bare), await hidden(attached)],
        state: client.state,
      }
    }, elsewhere)

    expect(result.redirected).toEqual([200, expect.stringMatching(/\/api\/new$/)])
    expect(result.hidden[1]).toBe(result.hidden[0])
    expect([result.state, refreshes() - before]).toEqual(['active', 0])
  },
)

/** Chromium puts headers into another order when there is one more. */
function unordered(call: RecordedCall) {
  const { headers, ...rest } = comparable(call)
  return { ...rest, headers: headers.map((pair) => pair.join(': ')).sort() }
}
