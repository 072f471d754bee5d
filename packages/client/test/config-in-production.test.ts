import { expect, test, vi } from 'vitest'
import { type ClientOptions, createClient } from '../src/index.js'
import { useWorld } from './support/world.js'

// As a bundler does with the export condition `production`.
vi.mock('#option-checks', () => import('../src/option-checks.production.js'))
vi.mock('#option-names', () => import('../src/option-names.production.js'))

const world = useWorld()

test.each<[string, Partial<ClientOptions>]>([
  ['server', { server: 'auth.example.com' }],
  ['server', { server: undefined as never }],
  ['origins', { origins: ['https://api.example.com/v1'] }],
  ['transport', { server: 'https://auth.example.org' }],
])('a page that is built for production refuses %s in %j by its name', (option, options) => {
  const environment = { ...world.open().environment, page: 'https://app.example.com' }
  const create = () => createClient({ server: 'https://auth.example.com', environment, ...options })

  expect(create).toThrow(new TypeError(`createClient: \`${option}\` is invalid.`))
})

test('a page that is built for production refuses an unknown option by its name', () => {
  const { environment } = world.open()
  const options = { server: 'https://auth.example.com', environment, origin: ['https://api.example.com'] }

  expect(() => createClient(options as never)).toThrow(new TypeError('createClient: unknown option `origin`'))
})

test('production knows every option that there is', () => {
  const { environment } = world.open()
  const all: Required<Omit<ClientOptions, 'vault' | 'environment' | 'onReauth'>> = {
    server: 'https://auth.example.com',
    origins: [],
    basePath: '/auth',
    clientId: 'web',
    transport: 'body',
    patience: 15,
    live: false,
    keepAlive: false,
    timeouts: {},
  }

  const client = createClient({ ...all, onReauth: async () => false, environment } as ClientOptions)

  client.destroy()
})
