import { envelope } from '@sessionward/protocol'
import { expect, test, vi } from 'vitest'
import { outcome, problem, useWorld } from './support/world.js'

// As where the application was deployed anew, and the files of the page's own version are gone.
const gone = vi.hoisted(() => () => {
  throw new Error('Failed to fetch dynamically imported module')
})
vi.mock('../src/backend/auth-server-refusals.js', gone)
vi.mock('../src/misconfigured.js', gone)

const world = useWorld()

test('an expired token is refreshed once even if the code that reads refusals cannot be loaded', async () => {
  const { client } = await world.openSignedIn()
  world.server.expireAccessTokens()

  const outcomes = await Promise.all([1, 2, 3].map(() => outcome(client.fetch(world.hello))))

  expect([outcomes, world.server.refreshes()]).toEqual([['200', '200', '200'], 1])
})

test('an expired token in an HTTP 200 envelope is refreshed once even if that code cannot be loaded', async () => {
  const codes = { refresh: 10415, terminal: 10422, default: 10500 }
  world.server.envelope = envelope({ ok: 10200, codes, status: 200 })
  const { client } = await world.openSignedIn()
  world.server.expireAccessTokens()

  const response = await client.fetch(world.hello)

  expect([await response.json(), world.server.refreshes()]).toMatchObject([{ code: 10200 }, 1])
})

test('a refused fresh token is left to the caller if the code that counts refusals cannot be loaded', async () => {
  const { client } = await world.openSignedIn()
  world.server.apiScript = () => ({ status: 401 })

  for (let n = 1; n <= 4; n++) expect(await outcome(client.fetch(world.hello))).toBe('401')

  expect([client.state, world.server.refreshes()]).toEqual(['active', 4])
})

test('a refused refresh signs nobody out if the code that reads refusals cannot be loaded', async () => {
  const { client } = await world.openSignedIn()
  world.server.expireAccessTokens()
  world.server.script = () => problem(401, 'session_revoked', 'terminal')

  expect([await outcome(client.fetch(world.hello)), client.state]).toEqual(['RefreshUnavailableError', 'degraded'])
})
