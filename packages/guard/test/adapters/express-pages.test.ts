import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express'
import express4 from 'express4'
import { pageRoutes, protectPage } from '../../src/adapters/express.js'
import type { PageGuard } from '../../src/page/page-guard.js'
import { pageRouteOptions as routes, type ServePages, testPages } from './page-conformance.js'

const urlencoded = express.urlencoded({ extended: true, limit: '1mb' })

/** @param early runs before the guard, @param late before the handler of a form */
function appOf(
  create: typeof express,
  pages: PageGuard,
  mounted: boolean,
  early: RequestHandler[],
  late: RequestHandler[],
) {
  const app = create()
  app.use(
    (_: Request, res: Response, next: NextFunction) => {
      res.append('set-cookie', 'earlier=1')
      next()
    },
    ...early,
  )
  if (mounted) app.use(pageRoutes(pages))
  const orders = protectPage(pages, routes['/orders'])
  app.get('/orders', orders, (req, res) => void res.json({ subject: req.auth.subject }))
  app.post('/orders', orders, ...late, (req, res) => void res.json(req.body))
  app.get('/admin', protectPage(pages, routes['/admin']), (_, res) => void res.end())
  app.get('/public', protectPage(pages, routes['/public']), ({ auth, authError }, res) => {
    res.json({ subject: auth?.subject ?? null, reason: authError?.code ?? null })
  })
  app.use((_error: Error, _req: Request, res: Response, _next: NextFunction) => void res.status(500).end())
  return app
}

function serveWith(create: typeof express, early: RequestHandler[], late: RequestHandler[]): ServePages {
  return async (pages, mounted) => {
    const server: Server = appOf(create, pages, mounted, early, late).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const close = () => {
      server.closeAllConnections()
      server.close()
    }
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
  }
}

testPages('Express 5', serveWith(express, [], [urlencoded]))
testPages('Express 5 behind a body parser', serveWith(express, [urlencoded], []))
testPages('Express 4', serveWith(express4 as unknown as typeof express, [], [urlencoded]))
