import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { bearer } from '../../src/backend/index.js'
import { useBackendWorld } from '../support/backend-world.js'
import { outcome } from '../support/world.js'

const world = useBackendWorld()

/** A server of somebody else that answers every request with a code of the backend. */
async function elsewhere(code: number) {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers)
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ code }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, seen }
}

test('an answer that a redirect fetched from another origin signs nobody out', async () => {
  const { client } = await world.openSignedIn({ server: world.json({ accessToken: bearer() }) })
  const { url, seen } = await elsewhere(10422)
  world.backend.script = (path) => (path === '/go' ? { status: 302, headers: { Location: url }, body: {} } : undefined)

  expect(await outcome(client.fetch(`${world.backend.origin}/go`))).toBe('200')

  expect(seen).toHaveLength(1)
  expect(seen[0]).not.toHaveProperty('authorization')
  expect(client.state).toBe('active')
})

test('a request to a path that only begins like the sign-in path carries the token', async () => {
  const { client } = await world.openSignedIn()

  await client.fetch(`${world.backend.origin}/login-history`)

  expect(world.backend.calls.at(-1)).toMatchObject({ path: '/login-history', headers: { accesstoken: 'access-1' } })
})

test('codes still apply after an asynchronous `judge` that returns undefined', async () => {
  const { client } = await world.openSignedIn({ server: world.json({ judge: async () => undefined }) })
  world.backend.expireAccessTokens()

  expect(await outcome(client.fetch(`${world.backend.origin}/orders`))).toBe('200')

  expect(world.backend.calls.map(({ path }) => path)).toEqual(['/login', '/orders', '/refresh', '/orders'])
})
