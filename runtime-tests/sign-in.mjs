// @ts-check
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createClient } from '@sessionward/client'
import { createGuard, GuardError } from '@sessionward/guard'
import { createAuthServer } from '@sessionward/server'
import { requestListener } from '@sessionward/server/node'
import { sqliteStore } from '@sessionward/server/store/sqlite'

const person = { username: 'demo', password: 'correct horse battery' }

/** @param {string} folder */
export function signInCases(folder) {
  return [
    { title: 'ten requests with an expired token make one refresh', run: () => tenRequests(folder) },
    { title: 'a guard refuses a changed token and one of an ended session', run: () => refusals(folder) },
  ]
}

/** @param {string} folder */
async function tenRequests(folder) {
  const world = await open(join(folder, 'ten.db'))
  try {
    const client = createClient({ server: world.url, origins: [world.url], transport: 'body' })
    await client.signIn(person)
    world.advance(400)

    const answers = await Promise.all(Array.from({ length: 10 }, () => client.fetch(`${world.url}/orders`)))

    assert.deepEqual(
      answers.map(({ status }) => status),
      Array.from({ length: 10 }, () => 200),
    )
    assert.equal(world.refreshes(), 1)
  } finally {
    await world.close()
  }
}

/** @param {string} folder */
async function refusals(folder) {
  const world = await open(join(folder, 'refusals.db'))
  try {
    const { access_token, session } = await world.signIn()
    assert.equal((await world.guard.verify(access_token)).sessionId, session.id)

    await assert.rejects(world.guard.verify(tamper(access_token)), { code: 'access_token_invalid' })
    await world.auth.sessions.end(session.id)
    await assert.rejects(world.guard.verify(access_token), (error) => error instanceof GuardError)
  } finally {
    await world.close()
  }
}

/** One server that is auth server and API, on a free port, with a clock of the guard's that can be put forward. @param {string} file */
async function open(file) {
  const server = createServer()
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const url = `http://localhost:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`
  let refreshes = 0
  let ahead = 0
  const auth = createAuthServer({ issuer: url, store: sqliteStore(file), dataFolder: `${file}.data` })
  const guard = createGuard({
    issuer: url,
    audience: url,
    feed: auth.revocations,
    now: () => Date.now() + ahead * 1000,
  })
  const listener = requestListener(auth)
  server.on('request', async (request, response) => {
    if (request.url === '/auth/refresh') {
      refreshes++
      ahead = 0
    }
    if (request.url !== '/orders') return listener(request, response)
    try {
      const { subject } = await guard.check({ method: 'GET', url, headers: request.headers })
      response.end(subject)
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      response.writeHead(error.status, error.headers()).end(JSON.stringify(error.problem()))
    }
  })
  await auth.accounts?.create(person)
  return {
    url,
    auth,
    guard,
    refreshes: () => refreshes,
    /** @param {number} seconds */
    advance(seconds) {
      ahead = seconds
    },
    async signIn() {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ ...person, transport: 'body' })
      const answer = await fetch(`${url}/auth/login`, { method: 'POST', headers, body })
      assert.equal(answer.status, 200)
      return answer.json()
    },
    async close() {
      server.close()
      server.closeAllConnections()
      guard.close()
      await auth.close()
    },
  }
}

/** The same token with one bit of its signature changed. @param {string} token */
function tamper(token) {
  const at = token.lastIndexOf('.') + 1
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}
