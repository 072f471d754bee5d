import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { type Clock, createFaults, type Faults, type Origin, onlyOwnHost } from '@sessionward/example-harness'
import { createGuard } from '@sessionward/guard'
import { pageRoutes, protect, protectPage } from '@sessionward/guard/express'
import { createPageGuard } from '@sessionward/guard/page'
import type { AuthServer } from '@sessionward/server'
import { mount } from '@sessionward/server/express'
import express from 'express'
import { demoRoutes } from './demo.js'
import { createOrders, type Orders } from './orders.js'
import { openAuthServer, refreshMethod } from './refresh-method.js'
import type { ShopAccount } from './start.js'
import { wordsFor } from './words.js'

export interface ShopOptions {
  readonly refresh: 'interstitial' | 'redirect'
  readonly accounts: readonly ShopAccount[]
  readonly clock: Clock
  /** The same shop with the other refresh method. */
  readonly other: string
}

export interface Shop {
  readonly url: string
  readonly auth: AuthServer
  readonly orders: Orders
  /** In front of everything. */
  readonly faults: Faults
  /** Refreshes so far, by script and by navigation. */
  refreshes(): number
  close(): Promise<void>
}

/** Seconds. */
export const accessTokenLifetime = 300

const resolve = createRequire(import.meta.url).resolve
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A shop whose pages the server renders, with its auth server under `/auth` of the same origin. */
export async function openShop(origin: Origin, options: ShopOptions): Promise<Shop> {
  const { refresh, accounts, clock, other } = options
  const { url } = origin
  const auth = await openAuthServer(url, options)
  const guard = createGuard({ issuer: url, audience: url, feed: auth.revocations, now: clock.now })
  const port = new URL(url).port
  const pages = createPageGuard(guard, {
    origin: url,
    signIn: '/sign-in',
    refresh: refreshMethod(refresh, url),
    // Cookies ignore ports, and two shops run on localhost.
    cookie: { name: `access_token_${port}` },
  })
  const orders = createOrders()
  const faults = createFaults()
  let refreshes = 0

  const app = express().disable('x-powered-by').set('view engine', 'ejs').set('views', here('../views'))
  app.use(onlyOwnHost(url))
  app.use((request, response, next) => {
    if (/^\/auth\/(refresh|continue)$/.test(request.path)) refreshes++
    const words = wordsFor(request.acceptsLanguages('en', 'zh'))
    response.set('Content-Security-Policy', "default-src 'self'; img-src 'self' data:")
    response.locals = { words, refresh, other, accounts, path: request.path, person: undefined, reason: undefined }
    next()
  })
  app.use(mount(auth), pageRoutes(pages))
  app.get('/jquery.js', (_, response) => response.sendFile(resolve('jquery1/dist/jquery.min.js')))
  app.get('/sessionward.js', (_, response) => response.sendFile(resolve('@sessionward/client/sessionward.min.js')))
  app.get('/look.css', (_, response) => response.sendFile(resolve('@sessionward/example-harness/look.css')))
  app.use('/web', express.static(here('../web')))

  const named: express.RequestHandler = (request, response, next) => {
    response.locals.person = request.auth?.claims.name
    next()
  }
  app.get('/', protectPage(pages, { optional: true }), named, (_, response) => response.render('home'))
  app.get('/sign-in', (request, response) => response.render('sign-in', { reason: request.query.reason }))
  app.get('/order', protectPage(pages), named, (_, response) => response.render('order'))
  app.post('/order', protectPage(pages), named, express.urlencoded({ extended: false }), (request, response) => {
    const order = orders.place(String(response.locals.person), request.body)
    response.redirect(303, `/orders?placed=${order.number}`)
  })
  app.get('/orders', protectPage(pages), named, (request, response) => {
    response.render('orders', { orders: orders.all(), placed: request.query.placed })
  })
  app.get('/account', protectPage(pages), named, (_, response) => response.render('account'))
  app.get('/display', protectPage(pages), named, (_, response) => response.render('display'))

  app.use('/api', protect(guard), named, express.json(), orders.routes)
  app.use('/demo', demoRoutes(auth, options))
  origin.serve(faults.wrap(app))
  return {
    url,
    auth,
    orders,
    faults,
    refreshes: () => refreshes,
    async close() {
      guard.close()
      await auth.close()
    },
  }
}
