import { expect, test } from 'vitest'
import { type ClientOptions, createClient } from '../src/index.js'
import { outcome, useWorld } from './support/world.js'

const world = useWorld()

test.each<[string, unknown]>([
  ['server', 'auth.example.com'],
  ['server', 'https://auth.example.com/auth'],
  ['server', 'ftp://auth.example.com'],
  ['server', undefined],
  ['origins', ['*']],
  ['origins', ['https://api.example.com/v1']],
  ['basePath', 'auth'],
  ['clientId', 'a b'],
  ['transport', 'cookies'],
  ['timeouts', { request: 10, lock: 8 }],
  ['timeouts', { request: 0 }],
  ['timeouts', { lock: Number.POSITIVE_INFINITY }],
  ['timeouts', { reauth: -1 }],
  ['timeouts', { requests: 8 }],
  ['patience', -1],
  ['patience', Number.POSITIVE_INFINITY],
  ['origin', ['https://api.example.com']],
  ['origins', ['capacitor://localhost']],
])('an option that cannot be used is refused by name: %s %j', (option, value) => {
  const options = { server: 'https://auth.example.com', [option]: value } as unknown as ClientOptions

  expect(() => createClient(options)).toThrow(new RegExp(`\`${option}`))
})

test.each([
  ['https://app.example.com', 'https://auth.example.com', true],
  ['https://example.com', 'https://auth.example.com', true],
  ['http://localhost:4002', 'http://localhost:4000', true],
  ['http://10.0.0.1:80', 'http://10.0.0.1:81', true],
  ['https://app.example.com', 'https://auth.example.org', false],
  ['http://app.example.com', 'https://auth.example.com', false],
  ['http://localhost:4002', 'http://127.0.0.1:4000', false],
  ['http://10.1.0.1', 'http://10.2.0.1', false],
  ['http://[::1]', 'http://[::2]', false],
  ['capacitor://localhost', 'https://auth.example.com', false],
  ['tauri://localhost', 'https://auth.example.com', false],
  ['chrome-extension://abcdefghijklmnop', 'https://auth.example.com', false],
  ['null', 'https://auth.example.com', false],
])('cookies between %s and %s: %s', (page, server, possible) => {
  const { environment } = world.open()
  const create = () => createClient({ server, environment: { ...environment, page } }).destroy()

  if (possible) expect(create).not.toThrow()
  else expect(create).toThrow(/`transport` must be `body`(, or .* on one site|: pages of .* get no cookies)/)
})

test('body transport works across sites', () => {
  const { environment } = world.open()

  createClient({
    server: 'https://auth.example.org',
    transport: 'body',
    environment: { ...environment, page: 'https://app.example.com' },
  }).destroy()
})

test.each(['capacitor://localhost', 'tauri://localhost', 'chrome-extension://abcdefghijklmnop'])(
  'a page of %s works in body transport, and after a reload too',
  async (page) => {
    const { client } = await world.openSignedIn({ transport: 'body' }, { page })
    world.server.expireAccessTokens()
    expect(await outcome(client.fetch(world.hello))).toBe('200')
    client.destroy()

    const reopened = world.open({ transport: 'body' }, { page })

    expect(await outcome(reopened.client.fetch(world.hello))).toBe('200')
    expect(reopened.client.user).toEqual({ username: 'ann' })
  },
)

test('a page without an http(s) origin sends no token to addresses of an opaque origin', async () => {
  const { client, environment } = await world.openSignedIn({ transport: 'body' }, { page: 'null' })
  const seen: (string | null)[] = []
  ;(environment as { fetch: unknown }).fetch = async (request: Request) => {
    seen.push(request.headers.get('Authorization'))
    return new Response()
  }

  await client.fetch('data:text/plain,x')

  expect(seen).toEqual([null])
})

test.each(['https://api.example.com', null, {}])('origins that are not a list are rejected: %j', (origins) => {
  const options = { server: 'https://auth.example.com', origins } as unknown as ClientOptions

  expect(() => createClient(options)).toThrow('createClient: `origins` must be a list of origins.')
})

test.each([
  [{ server: 'https://auth.example.com', origin: 'x' }, 'unknown option `origin`; did you mean `origins`?'],
  [
    { server: 'https://auth.example.com', timeouts: { locks: 9 } },
    'unknown option `timeouts.locks`; did you mean `timeouts.lock`?',
  ],
])('a misspelt option %j is answered with the one that was meant', (options, message) => {
  expect(() => createClient(options as unknown as ClientOptions)).toThrow(`createClient: ${message}`)
})

test.each(['capacitor://localhost', 'tauri://localhost', 'chrome-extension://abcdefghijklmnop'])(
  'a page of %s gets an error that cookie transport cannot work there',
  (page) => {
    const { environment } = world.open()

    expect(() => createClient({ server: 'https://auth.example.com', environment: { ...environment, page } })).toThrow(
      `createClient: \`transport\` must be \`body\`: pages of ${page} get no cookies of https://auth.example.com.`,
    )
  },
)
