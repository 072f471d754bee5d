import type { RequestListener } from 'node:http'
import formbody from '@fastify/formbody'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import express4 from 'express4'
import { Hono } from 'hono'
import Koa from 'koa'
import { mount } from '../../src/adapters/express.js'
import { mount as mountFastify } from '../../src/adapters/fastify.js'
import { mount as mountKoa } from '../../src/adapters/koa.js'
import { requestListener } from '../../src/adapters/node.js'
import type { AuthServer } from '../../src/auth-server.js'
import { type Framework, testFramework } from './conformance.js'
import { listenerOf } from './fastify-listener.js'
import { bodyParser } from './koa-body-parser.js'

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

const inKoa: Framework = {
  hasParsers: true,
  parserErrors: 'app',
  listener(auth, { parsersFirst }) {
    const app = new Koa()
    if (parsersFirst) app.use(bodyParser())
    return app.use(mountKoa(auth)).callback()
  },
}

/** Its parsers are never in front of the auth server, wherever they are registered. */
async function inFastify(auth: AuthServer): Promise<RequestListener> {
  return listenerOf({}, (app) => void app.register(formbody).register(mountFastify(auth)))
}

/** As docs/frameworks.md shows it; it needs no adapter. */
function inHono(auth: AuthServer) {
  const app = new Hono<{ Bindings: { incoming: { url: string; socket: { remoteAddress?: string } } } }>()
  app.all('*', ({ req, env: { incoming } }) =>
    auth.fetch(req.raw, { address: incoming.socket.remoteAddress, target: incoming.url }),
  )
  return getRequestListener((request, env) => app.fetch(request, env as never))
}

testFramework('Express 5', inExpress(express))
testFramework('Express 4', inExpress(express4))
testFramework('Koa 3', inKoa)
testFramework('Fastify 5', { hasParsers: false, listener: inFastify })
testFramework('Hono', { hasParsers: false, urlErrors: 'app', listener: inHono })
testFramework('node:http', { hasParsers: false, listener: (auth) => requestListener(auth) })
