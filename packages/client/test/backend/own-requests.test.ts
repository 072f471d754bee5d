import axios from 'axios'
import { expect, test } from 'vitest'
import { type BackendCall, defineBackend, type HeldTokens, type IssuedTokens } from '../../src/backend/index.js'
import type { Client } from '../../src/index.js'
import { useBackendWorld } from '../support/backend-world.js'
import { ann, outcome } from '../support/world.js'

const world = useBackendWorld()

type Post = (path: string, body: object, headers: Record<string, string>) => Promise<{ data: IssuedTokens }>

/** A backend whose functions send their requests through the client that waits for them. */
function open(postBy: (client: Client) => Post, endpoints: readonly string[] = []) {
  let post: Post
  const headers = ({ refreshToken, accessToken = '' }: HeldTokens) => ({ refreshToken, accessToken })
  const server = defineBackend({
    name: 'own requests',
    origins: [world.backend.origin],
    endpoints,
    tokenHeader: (token) => ['accessToken', token],
    judge: ({ body }) => ((body as { code?: unknown } | undefined)?.code === 10415 ? 'expired' : undefined),
    signIn: async (input, _: BackendCall) => (await post('/login', input, {})).data,
    refresh: async (held) => (await post('/refresh', {}, headers(held))).data,
    signOut: (held) => post('/logout', {}, headers(held)),
  })
  const { client } = world.open({ server, timeouts: {} })
  post = postBy(client)
  return client
}

const byFetch =
  (client: Client): Post =>
  async (path, body, headers) => {
    const init = { method: 'POST', body: JSON.stringify(body), headers }
    return (await (await client.fetch(world.backend.origin + path, init)).json()) as never
  }

const byAxios = (client: Client): Post => {
  const env = { fetch: client.fetch }
  const instance = axios.create({ baseURL: world.backend.origin, adapter: 'fetch', env })
  instance.interceptors.request.use(async (config) => config)
  return async (path, body, headers) => (await instance.post(path, body, { headers })).data
}

/** It does something else first. */
const late =
  (by: (client: Client) => Post) =>
  (client: Client): Post => {
    const post = by(client)
    return async (...request) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return await post(...request)
    }
  }

test.each([
  ['client.fetch', byFetch, false],
  ['an axios instance with it', byAxios, false],
  ['client.fetch after a while, with `endpoints`', late(byFetch), true],
  ['an axios instance after a while, with `endpoints`', late(byAxios), true],
])('a backend whose functions use %s works', async (_, by, named) => {
  const paths = named ? ['/login', '/refresh', '/logout'] : []
  const endpoints = paths.map((path) => world.backend.origin + path)
  const client = open(by, endpoints)
  await client.signIn(ann)
  world.backend.expireAccessTokens()

  const refreshed = await outcome(client.token({ refused: await client.token() }))
  const answered = await (await client.fetch(`${world.backend.origin}/orders`)).json()
  await client.signOut()

  expect([refreshed, answered, client.state]).toEqual([
    'resolved',
    expect.objectContaining({ code: 10200 }),
    'anonymous',
  ])
  expect([world.backend.count('/refresh'), world.backend.count('/logout')]).toEqual([1, 1])
})
