import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type NextFunction, type Request, type Response } from 'express'
import express4 from 'express4'
import { expect, expectTypeOf, test } from 'vitest'
import { protect } from '../../src/adapters/express.js'
import type { Guard } from '../../src/guard.js'
import { makeGuard, makeKey, signToken } from '../issuer.js'
import { earlier, routes, type Serve, testAdapter } from './conformance.js'

/** The routes of the conformance list; both versions have the calls that are used here. */
function appOf(create: typeof express, guard: Guard) {
  const app = create()
  app.use((req: Request, res: Response, next: NextFunction) => {
    res.set(earlier)
    if (req.method === 'OPTIONS' && req.path.startsWith('/cors')) res.status(204).end()
    else next()
  })
  // Below a router, where `req.url` is not the whole path.
  app.use('/orders', protect(guard, routes['/orders']), (req, res) => void res.json({ subject: req.auth.subject }))
  app.post('/echo', protect(guard, routes['/echo']), (req, res) => void req.pipe(res))
  app.get('/admin', protect(guard, routes['/admin']), (_, res) => void res.end())
  app.get('/strict', protect(guard, routes['/strict']), (_, res) => void res.end())
  app.get('/recent', protect(guard, routes['/recent']), (_, res) => void res.end())
  app.get('/public', protect(guard, routes['/public']), ({ auth, authError }, res) => {
    res.json({ subject: auth?.subject ?? null, reason: authError?.code ?? null })
  })
  app.use(
    '/elsewhere',
    protect(guard, routes['/elsewhere']),
    (req, res) => void res.json({ subject: req.auth.subject }),
  )
  app.get('/broken', protect(guard, routes['/broken']), () => {
    throw new Error('broken')
  })
  app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
    res.status(500).json({ error: error.message })
  })
  return app
}

function serveWith(create: typeof express): Serve {
  return async (guard) => {
    const server: Server = appOf(create, guard).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const close = () => {
      server.closeAllConnections()
      server.close()
    }
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
  }
}

testAdapter('Express 4', serveWith(express4))
testAdapter('Express 5', serveWith(express))

test('an invalid route is rejected before the first request', () => {
  const guard = makeGuard({ keys: makeKey('ES256', 'key').jwk })
  expect(() => protect(guard, { scope: '"' })).toThrow(/^scope: /)
})

test('a request that a faster middleware has answered ends with an error and not with a rejection', async () => {
  const key = makeKey('ES256', 'key')
  const guard = makeGuard({ keys: key.jwk })
  const errors: unknown[] = []
  const answered = {
    setHeader: () => {
      throw new Error('headers sent')
    },
    getHeader: () => undefined,
    end: () => undefined,
  }
  const request = { method: 'GET', originalUrl: '/', headers: { authorization: `Bearer ${signToken(key)}x` } }
  await protect(guard)(request as never, answered as never, (error) => errors.push(error))
  expect(errors).toEqual([new Error('headers sent')])
})

test('the parameters of a route keep their types behind protect', () => {
  const guard = makeGuard({ keys: makeKey('ES256', 'key').jwk })

  express().get('/orders/:id', protect(guard), (req, res) => {
    expectTypeOf(req.params.id).toEqualTypeOf<string>()
    res.end()
  })
})
