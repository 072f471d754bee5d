import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ScriptedAuthServer, startAuthServer } from './support/auth-server.js'
import { TestBrowser } from './support/browser.js'

let server: ScriptedAuthServer
let browser: TestBrowser

beforeEach(async () => {
  server = await startAuthServer()
  browser = new TestBrowser()
})

afterEach(async () => {
  browser.close()
  await server.close()
})

function open() {
  return browser.open({ server: server.origin, origins: [server.api] })
}

test('signs in, refreshes once for a hundred requests on an expired token, and signs out', async () => {
  const { client } = open()
  await client.signIn({ username: 'ann', password: 'right' })
  server.expireAccessTokens()

  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => client.fetch(`${server.api}/hello?${n}`)))

  expect(answers.map((answer) => answer.status)).toEqual(Array(100).fill(200))
  expect(server.refreshes()).toBe(1)
  await client.signOut()
  expect(client.state).toBe('anonymous')
  expect([...server.sessions.values()].map((session) => session.ended)).toEqual(['signed_out'])
})
