import { getRequestListener } from '@hono/node-server'
import express from 'express'
import express4 from 'express4'
import { Hono } from 'hono'
import { mount } from '../../src/adapters/express.js'
import { requestListener } from '../../src/adapters/node.js'
import type { AuthServer } from '../../src/server.js'
import { type Framework, testFramework } from './conformance.js'

function inExpress(create: typeof express): Framework {
  return {
    hasParsers: true,
    listener(auth, { parsersFirst }) {
      const app = create()
      if (parsersFirst) app.use(create.json(), create.urlencoded({ extended: true }))
      return app.use(mount(auth))
    },
  }
}

/** As docs/frameworks.md shows it; it needs no adapter. */
function inHono(auth: AuthServer) {
  const app = new Hono<{ Bindings: { incoming: { socket: { remoteAddress?: string } } } }>()
  app.all('*', (c) => auth.fetch(c.req.raw, { address: c.env.incoming.socket.remoteAddress }))
  return getRequestListener((request, env) => app.fetch(request, env as never))
}

testFramework('Express 5', inExpress(express))
testFramework('Express 4', inExpress(express4))
testFramework('Hono', { hasParsers: false, listener: inHono })
testFramework('node:http', { hasParsers: false, listener: (auth) => requestListener(auth) })
