import axios from 'axios'
import { expect, test } from 'vitest'
import { SignedOutError } from '../src/index.js'
import { outcome, problem, until, useWorld } from './support/world.js'

const world = useWorld()

async function open(options = {}) {
  const { client } = await world.openSignedIn(options)
  return { client, api: axios.create({ baseURL: world.server.api, adapter: 'fetch', env: { fetch: client.fetch } }) }
}

test('axios with the fetch of the client carries the token, and is refreshed and replayed with its body', async () => {
  const { api } = await open()
  world.server.expireAccessTokens()

  const answers = await Promise.all([1, 2, 3].map((n) => api.post('/hello', { n })))

  expect(answers.map(({ data }) => [data.subject, data.body])).toEqual([1, 2, 3].map((n) => ['ann', `{"n":${n}}`]))
  expect(world.server.refreshes()).toBe(1)
})

test('axios reports an answer that a refresh cannot change as its own error', async () => {
  const { api } = await open()
  world.server.apiScript = () => problem(403, 'insufficient_scope', 'fix')

  const error = await api.get('/hello').catch((reason) => reason)

  expect(error.response).toMatchObject({ status: 403, data: { code: 'insufficient_scope' } })
})

test('axios can abort a request that waits for a person to sign in again', async () => {
  const { client, api } = await open({ onReauth: () => {} })
  world.server.end(client.session!.id, 'session_revoked')
  world.server.expireAccessTokens()
  const abort = new AbortController()
  const request = outcome(api.get('/hello', { signal: abort.signal }))
  await until(() => client.state === 'reauth')

  abort.abort()

  expect(await request).toContain('CanceledError')
})

test('axios reports why a request was never sent', async () => {
  const { client, api } = await open()
  world.server.end(client.session!.id, 'session_revoked')
  world.server.expireAccessTokens()

  const error = await api.get('/hello').catch((reason) => reason)

  expect([error.name, error.cause]).toEqual(['SignedOutError', expect.any(SignedOutError)])
})
