import { describe, expect, test } from 'vitest'
import { openAttached } from '../support/attached.js'
import { axiosVersions } from '../support/axios-versions.js'
import { comparable, headerOf } from '../support/recording-api.js'
import { outcome, problem, until, useWorld } from '../support/world.js'

const world = useWorld()
const cases = (await axiosVersions()).flatMap(({ version, axios, adapters }) =>
  adapters.map((adapter) => ({ version, axios, adapter, name: String(adapter ?? 'default') })),
)

describe.each(cases)('axios $version with the adapter $name', ({ axios, adapter }) => {
  const versioned = test.extend<{ open: (more?: object) => ReturnType<typeof openAttached> }>({
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's needs from its first parameter.
    open: async ({}, use) => {
      await use(({ defaults, ...more }: { defaults?: object } = {}) =>
        openAttached(world, {
          axios: axios!,
          // The option of 1.1 is a function alone.
          defaults: { ...(adapter && { adapter: adapter as 'http' }), ...defaults },
          ...more,
        }),
      )
    },
  })
  if (!axios) return test('is tried', ({ skip }) => skip('no package registry is reachable'))

  versioned('answers a POST on an expired token with the second answer', async ({ open }) => {
    const { api, instance, expire } = await open()
    await expire()

    const { status, data } = await instance.post('/orders', { a: 1 })

    expect([status, data]).toEqual([200, { call: 2 }])
    expect(api.calls.map(({ line, body }) => `${line} ${body}`)).toEqual(Array(2).fill('POST /orders {"a":1}'))
    expect(world.server.refreshes()).toBe(1)
  })

  versioned('sends what bare axios sends, and the token', async ({ open }) => {
    const { api, instance, bare, expire, client } = await open({ defaults: { headers: { 'X-Trace': '7' } } })
    await bare.post('/orders', { a: 1 }, { params: { q: 'a b', ids: [1, 2] } })
    await expire()

    await instance.post('/orders', { a: 1 }, { params: { q: 'a b', ids: [1, 2] } })

    const [expected, first, second] = api.calls
    expect(comparable(first!)).toEqual(comparable(expected!))
    expect(comparable(second!)).toEqual(comparable(expected!))
    expect(second!.headers.length).toBe(expected!.headers.length + 1)
    expect(headerOf(first!, 'authorization')).not.toBe(headerOf(second!, 'authorization'))
    expect(headerOf(second!, 'authorization')).toBe(`Bearer ${await client.token()}`)
  })

  versioned('hands out an answer as bare axios does, with the config of the application', async ({ open }) => {
    const { instance, bare } = await open()

    const [own, other] = await Promise.all([instance.get('/a'), bare.get('/a')])

    expect(Object.keys(own).sort()).toEqual(Object.keys(other).sort())
    expect(own.headers.constructor).toBe(other.headers.constructor)
    expect(own.config.adapter).toEqual(other.config.adapter)
    expect(own.config.url).toBe('/a')
    expect(JSON.stringify(own.config)).not.toContain('Bearer')
  })

  versioned('rejects with a second 401 as bare axios does', async ({ open }) => {
    const { api, instance, bare } = await open()
    api.answer = () => problem(401, 'access_token_expired', 'refresh')
    const facts = (error: { code: unknown; response?: { status: unknown; data: unknown }; message: unknown }) => ({
      code: error.code,
      status: error.response?.status,
      data: error.response?.data,
      message: error.message,
      kind: axios.isAxiosError(error),
    })

    const own = await instance.get('/a').catch(facts)
    const other = await bare.get('/a').catch(facts)

    expect(own).toEqual(other)
    expect(api.calls.length).toBe(3)
  })

  versioned('keeps the token out of every config that an error or its cause shows', async ({ open }) => {
    const { api, instance } = await open()
    api.answer = () => ({ status: 403 })
    type Shown = { config?: unknown; response?: Shown; cause?: Shown } | undefined
    const configsOf = (shown: Shown): unknown[] =>
      shown ? [shown.config, ...configsOf(shown.response), ...configsOf(shown.cause)] : []

    const error = await instance.get('/a').catch((reason) => reason)

    expect(configsOf(error).length).toBeGreaterThan(1)
    expect(JSON.stringify(configsOf(error))).not.toContain('Bearer')
  })

  versioned('resolves with a second 401 where `validateStatus` accepts it, after a refresh', async ({ open }) => {
    const { api, instance } = await open({ defaults: { validateStatus: () => true } })
    api.answer = () => problem(401, 'access_token_expired', 'refresh')

    const { status } = await instance.get('/a')

    expect(status).toBe(401)
    expect(api.calls.length).toBe(2)
    expect(world.server.refreshes()).toBe(1)
  })

  versioned('runs interceptors once, and they see the second answer', async ({ open }) => {
    const { instance, expire } = await open()
    const seen = { request: 0, response: 0 }
    instance.interceptors.request.use((config) => {
      seen.request++
      expect(config.data).toEqual({ a: 1 })
      return config
    })
    instance.interceptors.response.use((response) => {
      seen.response++
      return response.data
    })
    await expire()

    expect(await instance.post('/orders', { a: 1 })).toEqual({ call: 2 })

    expect(seen).toEqual({ request: 1, response: 1 })
  })

  versioned('transforms an answer once, from the text that came', async ({ open }) => {
    const { instance, expire } = await open()
    const seen: unknown[] = []
    const transformResponse = (data: unknown) => seen.push(data)
    await expire()

    expect((await instance.get('/a', { transformResponse })).data).toBe(1)
    expect(seen).toEqual(['{"call":2}'])
  })

  versioned('is cancelled promptly while a refresh is under way, and sends nothing later', async ({ open }) => {
    const { api, instance, expire, client } = await open({ client: { timeouts: { request: 8, lock: 10, reauth: 2 } } })
    await expire()
    world.server.script = (path) => (path === 'refresh' ? { hang: true } : undefined)
    const abort = new AbortController()
    const source = axios.CancelToken.source()
    const requests = [
      instance.get('/a', { signal: abort.signal }),
      instance.get('/b', { cancelToken: source.token }),
      instance.get('/c', { signal: new AbortController().signal, cancelToken: source.token }),
    ].map(outcome)
    await until(() => client.state === 'refreshing')
    const sent = api.calls.length

    abort.abort()
    source.cancel('enough')

    expect(await Promise.all(requests)).toEqual(Array(3).fill('CanceledError ERR_CANCELED'))
    expect(api.calls.length).toBe(sent)
  })

  versioned('gets the reason of an ended session as the cause of an AxiosError', async ({ open }) => {
    const { instance, expire, client } = await open()
    world.server.end(client.session!.id, 'session_revoked')
    await expire()

    const error = await instance.get('/a').catch((reason) => reason)

    expect(axios.isAxiosError(error)).toBe(true)
    expect(error).toBeInstanceOf(axios.AxiosError)
    expect([error.code, error.config.url, error.response]).toEqual(['ERR_SIGNED_OUT', '/a', undefined])
    expect(error.cause).toMatchObject({ name: 'SignedOutError', reason: 'session_revoked' })
  })

  versioned('leaves alone what has credentials of its own or goes elsewhere', async ({ open }) => {
    const { api, instance, bare } = await open()
    const options = [
      { headers: { Authorization: 'Own x' } },
      { headers: { authorization: false } },
      { auth: { username: 'a', password: 'b' } },
      { auth: false as never },
      { baseURL: api.origin.replace('127.0.0.1', 'localhost') },
    ]
    for (const config of options) await bare.get('/a', config)

    for (const config of options) await instance.get('/a', config)

    expect(api.calls.slice(options.length)).toEqual(api.calls.slice(0, options.length))
  })

  versioned('is bare axios again after detaching', async ({ open }) => {
    const { api, instance, bare, detach } = await open()
    await bare.get('/a')

    detach()
    await instance.get('/a')

    expect(api.calls[1]).toEqual(api.calls[0])
  })
})
