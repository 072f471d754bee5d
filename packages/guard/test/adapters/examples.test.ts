import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createApp as inExpress } from '../../../../examples/guards/express.js'
import { createApp as inFastify } from '../../../../examples/guards/fastify.js'
import { createApp as inHono } from '../../../../examples/guards/hono.js'
import { createApp as inKoa } from '../../../../examples/guards/koa.js'
import { createApp as inNode } from '../../../../examples/guards/node.js'
import { orders } from '../../../../examples/guards/request.js'
import type { Guard } from '../../src/guard.js'
import { makeGuard, makeKey, signToken } from '../issuer.js'
import { listenOn } from './listen.js'

/** The examples of docs/guard.md as listeners. */
const listeners: Record<string, (guard: Guard) => RequestListener | Promise<RequestListener>> = {
  express: (guard) => inExpress(guard),
  koa: (guard) => inKoa(guard).callback(),
  async fastify(guard) {
    const app = inFastify(guard)
    await app.ready()
    return (request, response) => app.routing(request, response)
  },
  hono: (guard) => getRequestListener(inHono(guard).fetch),
  node: (guard) => inNode(guard).listeners('request')[0] as RequestListener,
  request: (guard) =>
    getRequestListener((request) =>
      new URL(request.url).pathname === '/orders' ? orders(guard, request) : Response.json({ apples: 3 }),
    ),
}

describe.each(Object.entries(listeners))('the example for %s', (_, create) => {
  test('opens one page to everybody and another to those with a token and its scope', async () => {
    const key = makeKey('ES256', 'key')
    const { url, close } = await listenOn(await create(makeGuard({ keys: key.jwk })))
    onTestFinished(close)
    const ask = (path: string, claims?: Record<string, unknown>) =>
      fetch(url + path, { headers: claims ? { authorization: `Bearer ${signToken(key, claims)}` } : {} })

    expect(await (await ask('/prices')).json()).toEqual({ apples: 3 })
    expect((await ask('/orders')).status).toBe(401)
    expect((await ask('/orders?page=2')).status).toBe(401)
    expect((await ask('/orders', { scope: 'stock' })).status).toBe(403)
    expect(await (await ask('/orders', {})).json()).toEqual({ of: 'user-1' })
  })
})
