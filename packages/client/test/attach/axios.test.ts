import { getEventListeners } from 'node:events'
import axios, { type AxiosAdapter, type AxiosResponse } from 'axios'
import { describe, expect, test } from 'vitest'
import { attachAxios } from '../../src/attach/axios.js'
import { createClient } from '../../src/index.js'
import { openAttached } from '../support/attached.js'
import { headerOf } from '../support/recording-api.js'
import { ann, outcome, problem, until, useWorld } from '../support/world.js'

const world = useWorld()

describe('attaching', () => {
  test('twice causes one refresh and one replay, with the last options', async () => {
    const signed: number[] = []
    const { api, client, instance, expire } = await openAttached(world, { sign: () => void signed.push(1) })
    const detach = attachAxios(instance, client, { sign: () => void signed.push(2) })
    await expire()

    await instance.get('/a')

    expect([api.calls.length, signed]).toEqual([2, [2, 2]])
    detach()
    await instance.get('/a')
    expect(api.calls[2]!.headers.map(([name]) => name)).not.toContain('Authorization')
  })

  test('to several instances shares one flight', async () => {
    const { api, client, instance, expire } = await openAttached(world)
    const other = axios.create({ baseURL: api.origin })
    attachAxios(other, client)
    await expire()

    const answers = await Promise.all([instance.get('/a'), other.get('/b'), client.fetch(`${api.origin}/c`)])

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(world.server.refreshes()).toBe(1)
  })

  test('refuses an instance of another client, until that one is detached or destroyed', async () => {
    const { instance, detach } = await openAttached(world)
    const { client: other } = world.open({ clientId: 'other' })
    const { client: third } = world.open({ clientId: 'third' })

    expect(() => attachAxios(instance, other)).toThrow('attachAxios: `instance` is shared: use axios.create().')

    detach()
    attachAxios(instance, other)
    other.destroy()
    attachAxios(instance, third)
  })

  test('on a server rejects an instance that all visitors share, and gives a visitor no session of another', async () => {
    const server = () => createClient({ server: world.server.origin, origins: [api.origin] })
    const { api } = await openAttached(world)
    const [mine, nobodys, spare] = [server(), server(), axios.create({ baseURL: api.origin })]
    await mine.signIn(ann)

    expect(() => attachAxios(axios, mine)).toThrow('attachAxios: `instance` is shared: use axios.create().')
    attachAxios(spare, mine)
    expect(() => attachAxios(spare, nobodys)).toThrow('`instance` is shared')
    const other = axios.create({ baseURL: api.origin })
    attachAxios(other, nobodys)
    await spare.get('/mine')
    await other.get('/nobodys').catch(() => {})
    await axios.get(`${api.origin}/plain`)

    const withToken = api.calls.filter((call) => headerOf(call, 'Authorization')).map(({ line }) => line)
    expect(withToken).toEqual(['GET /mine'])
  })

  test('rejects an unknown option', async () => {
    const { client } = world.open()

    expect(() => attachAxios(axios.create(), client, { sing: () => {} } as object)).toThrow(/attachAxios: .*`sign`/)
  })

  test('keeps the adapter of a single request, and finds its session there too', async () => {
    const { instance, client } = await openAttached(world)
    const seen: unknown[] = []
    const adapter: AxiosAdapter = async (config) => {
      seen.push(config.headers.get('Authorization'))
      return { status: 200, data: '{"own":1}', config } as AxiosResponse
    }

    const { data } = await instance.get('/a', { adapter })

    expect(data).toEqual({ own: 1 })
    expect(seen).toEqual([`Bearer ${await client.token()}`])
  })

  test('passes on a request with an invalid address unchanged', async () => {
    const { instance } = await openAttached(world, { defaults: { baseURL: '' } })
    const seen: unknown[] = []
    const adapter: AxiosAdapter = async (config) => {
      seen.push([config.url, config.headers.get('Authorization')])
      return { status: 200, config } as AxiosResponse
    }

    await instance.get('/relative', { adapter })

    expect(seen).toEqual([['/relative', undefined]])
  })
})

describe('many requests', () => {
  test('with an expired token cause one refresh, and each is answered', async () => {
    const { api, instance, expire } = await openAttached(world)
    await expire()

    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => instance.post('/orders', { n })))

    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(api.calls.map(({ body }) => String(body)).sort()).toEqual(
      Array.from({ length: 30 }, (_, n) => [`{"n":${n}}`, `{"n":${n}}`])
        .flat()
        .sort(),
    )
    expect(world.server.refreshes()).toBe(1)
  })

  test.each([
    ['fails', { status: 500 }],
    ['breaks off', { cut: true }],
    ['never answers', { hang: true }],
  ])('are all rejected where the refresh %s, and the next one tries again', async (_, answer) => {
    const { tab, instance, expire } = await openAttached(world)
    await expire()
    world.server.script = (path) => (path === 'refresh' ? answer : undefined)

    const outcomes = await Promise.all(Array.from({ length: 30 }, () => outcome(instance.get('/a'))))

    expect(outcomes).toEqual(Array(30).fill('RefreshUnavailableError ERR_REFRESH_UNAVAILABLE'))
    world.server.script = undefined
    tab.pass(5000)
    expect((await instance.get('/a')).status).toBe(200)
  })

  test('that wait for a sign-in are all rejected when the session ends, after one `reauth` event', async () => {
    const reauths: unknown[] = []
    const { instance, client, expire } = await openAttached(world, {
      client: { onReauth: ({ cancel }) => void setTimeout(cancel, 50) },
    })
    client.on('reauth', (event) => reauths.push(event.reason))
    world.server.end(client.session!.id, 'session_revoked')
    await expire()

    const outcomes = await Promise.all(Array.from({ length: 10 }, () => outcome(instance.get('/a'))))

    expect(outcomes).toEqual(Array(10).fill('SignedOutError ERR_SIGNED_OUT'))
    expect(reauths).toEqual(['session_revoked'])
  })
})

describe('the application', () => {
  test('sees only the answer to the replay, even if that is refused', async () => {
    const { api, instance } = await openAttached(world)
    api.answer = (_, n) =>
      n === 1 ? problem(401, 'access_token_expired', 'refresh') : problem(403, 'insufficient_scope', 'fix')
    const seen: unknown[] = []
    instance.interceptors.response.use(undefined, (error) => {
      seen.push(error.response.status)
      throw error
    })

    await instance.get('/a').catch(() => {})

    expect(seen).toEqual([403])
  })

  test('gets the second answer under a wrapper that does not wait for its error handler', async () => {
    const { instance, expire } = await openAttached(world)
    const handled: unknown[] = []
    const request = async (url: string) => {
      try {
        return await instance.get(url)
      } catch (error) {
        void Promise.resolve().then(() => handled.push(error))
        throw error
      }
    }
    await expire()

    expect((await request('/a')).data).toEqual({ call: 2 })
    expect(handled).toEqual([])
  })

  test('signs each attempt anew', async () => {
    let count = 0
    const nonces = new Set<string>()
    const { api, instance, expire } = await openAttached(world, {
      sign: async ({ headers }) => void headers.set('X-Nonce', `n${++count}`),
    })
    const { answer } = api
    api.answer = (call, n) => {
      const nonce = headerOf(call, 'x-nonce')!
      return nonces.size === nonces.add(nonce).size ? { status: 409 } : answer(call, n)
    }
    await expire()

    const { status, config } = await instance.get('/a')

    expect([status, [...nonces]]).toEqual([200, ['n1', 'n2']])
    expect(config.headers.has('X-Nonce')).toBe(false)
  })
})

describe('waiting', () => {
  test('does not count towards the timeout of an attempt', async () => {
    const { api, instance, expire } = await openAttached(world, { defaults: { timeout: 700 } })
    const { answer } = api
    api.answer = (call, n) => ({ ...answer(call, n), delay: 400 })
    world.server.script = async (path) => {
      if (path === 'refresh') await new Promise((resolve) => setTimeout(resolve, 500))
      return undefined
    }
    await expire()

    expect((await instance.get('/a')).status).toBe(200)
    expect(api.calls.length).toBe(2)
  })

  test('does not begin for a request that is aborted on its way to the adapter', async () => {
    const { api, instance, expire } = await openAttached(world)
    await expire()
    world.server.script = (path) => (path === 'refresh' ? { hang: true } : undefined)
    const abort = new AbortController()
    const transformRequest = (data: unknown) => {
      abort.abort()
      return data
    }
    const sent = api.calls.length

    const request = instance.get('/a', { signal: abort.signal, transformRequest })

    expect(await outcome(request)).toBe('CanceledError ERR_CANCELED')
    expect(api.calls.length).toBe(sent)
  })

  test('ignores a signal that is not one, as axios does', async () => {
    const { instance, expire } = await openAttached(world)
    await expire()

    expect((await instance.get('/a', { signal: false as never })).status).toBe(200)
  })

  test('removes its listeners, however it ends', async () => {
    const { instance, client, expire } = await openAttached(world, { defaults: { adapter: 'fetch' } })
    world.server.end(client.session!.id, 'session_revoked')
    await expire()
    const { signal } = new AbortController()
    const { token } = axios.CancelToken.source()

    const outcomes = []
    for (let n = 0; n < 500; n++) outcomes.push(await outcome(instance.get('/a', { signal, cancelToken: token })))

    expect(outcomes.slice(1)).toEqual(Array(499).fill('200').fill('resolved'))
    expect(getEventListeners(signal, 'abort').length).toBe(0)
    expect((token as unknown as { _listeners?: unknown[] })._listeners ?? []).toEqual([])
  })

  test('for a fresh token precedes a large body if the token is about to expire', async () => {
    const { api, tab, instance, client } = await openAttached(world)
    const { jti } = JSON.parse(atob((await client.token()).split('.')[1]!))
    tab.pass(280_000)

    await instance.post('/upload', 'x'.repeat(1_000_001))

    const [sent] = api.calls
    expect(api.calls.length).toBe(1)
    expect(atob(headerOf(sent!, 'authorization')!.split('.')[1]!)).not.toContain(jti)
  })

  test('for a fresh token does not delay a large body while the auth server is unavailable', async () => {
    const { api, tab, instance } = await openAttached(world)
    world.server.script = (path) => (path === 'refresh' ? { status: 503 } : undefined)
    tab.pass(280_000)

    expect((await instance.post('/upload', 'x'.repeat(1_000_001))).status).toBe(200)
    expect(api.calls.length).toBe(1)
  })

  test('does not precede a small body', async () => {
    const { tab, instance } = await openAttached(world)
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    world.server.script = async (path) => (path === 'refresh' ? void (await held) : undefined)
    tab.pass(280_000)

    expect((await instance.post('/orders', { a: 1 })).status).toBe(200)
    release()
    await until(() => world.server.refreshes() > 0)
  })
})
