import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard } from '@sessionward/guard'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { requestListener } from '../src/adapters/node.js'
import { createAuthServer } from '../src/server.js'
import { memoryStore } from '../src/store/memory/index.js'
import { randomSecret } from './harness/secrets.js'

// Most of this file is for the compiler: it passes `process.env.X` and headers as strict TypeScript types them, uncast.

function serverOfEnvironment() {
  return createAuthServer({
    issuer: 'https://auth.example.com',
    mode: 'production',
    store: memoryStore(),
    secrets: {
      refresh: [{ id: 1, secret: process.env.REFRESH_SECRET, state: 'minting' }],
      seal: process.env.SEAL_SECRET,
      guards: [process.env.GUARD_CREDENTIAL],
    },
    clients: [{ id: 'web', secret: process.env.CLIENT_SECRET }],
  })
}

function guardOfEnvironment() {
  const issuer = 'https://auth.example.com'
  return createGuard({ issuer, audience: issuer, feed: { credential: process.env.GUARD_CREDENTIAL } })
}

const variables = {
  REFRESH_SECRET: 'secrets.refresh[0].secret',
  SEAL_SECRET: 'secrets.seal',
  GUARD_CREDENTIAL: 'secrets.guards[0]',
  CLIENT_SECRET: 'clients[0].secret',
}

afterEach(() => void vi.unstubAllEnvs())

it('secrets can be passed straight from the environment', async () => {
  for (const name of Object.keys(variables)) vi.stubEnv(name, randomSecret())

  const auth = serverOfEnvironment()

  expect(auth.issuer).toBe('https://auth.example.com')
  await auth.close()
  guardOfEnvironment().close()
})

it.each(Object.entries(variables))(
  '%s that is not set is named by its option, and so is an empty one',
  (name, option) => {
    for (const other of Object.keys(variables)) vi.stubEnv(other, randomSecret())

    vi.stubEnv(name, undefined)
    expect(serverOfEnvironment).toThrow(`${option} is missing (undefined): is the environment variable set?`)
    vi.stubEnv(name, '')
    expect(serverOfEnvironment).toThrow(`${option} is missing (empty): is the environment variable set?`)
  },
)

it('two variables that are not set are missing, not equal', () => {
  vi.stubEnv('SEAL_SECRET', randomSecret())
  vi.stubEnv('CLIENT_SECRET', randomSecret())

  expect(serverOfEnvironment).toThrow(
    'secrets.refresh[0].secret is missing (undefined): is the environment variable set? Make one with "openssl rand -base64 48"',
  )
  vi.stubEnv('REFRESH_SECRET', randomSecret())
  expect(serverOfEnvironment).toThrow(
    'secrets.guards[0] is missing (undefined): is the environment variable set? Make one with "openssl',
  )
})

it('a guard without its variable says which option is missing', () => {
  expect(guardOfEnvironment).toThrow('feed.credential is missing (undefined): is the environment variable set?')
})

it('a header can be returned as the address with the type that Node gives it; of an array, the last counts', async () => {
  const addresses: (string | undefined)[] = []
  const auth = {
    owns: () => true,
    fetch: async (_: Request, info?: { readonly address?: string | undefined }) => {
      addresses.push(info?.address)
      return new Response()
    },
  }
  const found: (string | string[] | undefined)[] = [['192.0.2.1', '192.0.2.2'], '192.0.2.3', [], undefined]
  requestListener(auth, { address: (request) => request.headers['x-real-ip'] })
  const server = createServer(requestListener(auth, { address: () => found[addresses.length] }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo

  for (const _ of found) await fetch(`http://127.0.0.1:${port}/`)

  expect(addresses).toEqual(['192.0.2.2', '192.0.2.3', undefined, undefined])
})
