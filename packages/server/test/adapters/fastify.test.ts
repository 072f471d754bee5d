import { createGuard } from '@sessionward/guard'
import { protectAll } from '@sessionward/guard/fastify'
import { fastify } from 'fastify'
import { expect, it } from 'vitest'
import { mount } from '../../src/adapters/fastify.js'
import { ann, ask, listenToConsole, post, serve } from './conformance.js'
import { listenerOf } from './fastify-listener.js'

it.each(['before', 'after'])(
  'the auth server is open by itself where the whole app is guarded, mounted %s',
  async (when) => {
    const { url } = await serve((auth) =>
      listenerOf({}, (app) => {
        const guard = createGuard({ issuer: auth.issuer, audience: auth.issuer, feed: auth.revocations })
        app.addHook('onClose', async () => guard.close())
        if (when === 'before') app.register(mount(auth))
        app.register(protectAll(guard))
        if (when === 'after') app.register(mount(auth))
        app.register(async (child) => void child.get('/orders', async ({ auth: { subject } }) => subject))
      }),
    )

    const signedIn = await post(`${url}/auth/login`, { ...ann, transport: 'body' })
    const headers = { Authorization: `Bearer ${JSON.parse(signedIn.body).access_token}` }

    expect((await ask(`${url}/.well-known/jwks.json`)).status).toBe(200)
    expect((await ask(`${url}/orders`)).status).toBe(401)
    expect(await ask(`${url}/orders`, { headers })).toMatchObject({ status: 200, body: 'ann' })
  },
)

it('a prefix that the base path does not have ends the start, and says what to write', async () => {
  const app = fastify()
  app.register(mount({ paths: ['/auth/*'], fetch: async () => new Response() }), { prefix: '/api' })
  await expect(app.ready()).rejects.toThrow(
    "prefix: /api is not part of /auth/*; write createAuthServer({ basePath: '/api/auth' })",
  )
})

it('an error of a hook of the application is answered as every other of the auth server, and only on its paths', async () => {
  const said = listenToConsole()
  const { url } = await serve((auth) =>
    listenerOf({}, (app) => {
      app.addHook('onRequest', async () => {
        throw new Error('the session store said hunter2')
      })
      app.register(mount(auth))
      app.get('/orders', async () => '')
    }),
  )

  const answer = await post(`${url}/auth/login`, ann, { Origin: url })

  expect([answer.status, JSON.parse(answer.body).code]).toEqual([503, 'service_unavailable'])
  expect((await ask(`${url}/orders`)).status).toBe(500)
  expect(said).toEqual([expect.stringMatching(/middleware before the auth server failed at /)])
})

it('the rest of the application keeps its parsers and its answers', async () => {
  const { url } = await serve((auth) =>
    listenerOf({}, (app) => {
      app.register(mount(auth))
      app.post('/orders', async ({ body }) => body)
    }),
  )

  expect(JSON.parse((await post(`${url}/orders`, { a: 1 })).body)).toEqual({ a: 1 })
  expect(JSON.parse((await ask(`${url}/author`)).body)).toMatchObject({ error: 'Not Found' })
})
