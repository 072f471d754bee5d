import { expect, test } from 'vitest'
import { type ClientOptions, createClient } from '../src/index.js'
import { useWorld } from './support/world.js'

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
  else expect(create).toThrow(/`transport` must be `body`(, or .* one site|: a page of .* gets no cookies)/)
})

test('body transport needs no site', () => {
  const { environment } = world.open()

  createClient({
    server: 'https://auth.example.org',
    transport: 'body',
    environment: { ...environment, page: 'https://app.example.com' },
  }).destroy()
})
