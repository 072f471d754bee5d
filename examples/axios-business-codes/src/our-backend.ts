import { randomBytes } from 'node:crypto'
import { expirable } from '@sessionward/example-harness'
import { createGuard, envelope } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'
import { type AuthServerOptions, createAuthServer } from '@sessionward/server'
import { mount } from '@sessionward/server/express'
import { memoryStore } from '@sessionward/server/store/memory'
import express, { type Router } from 'express'
import type { Orders } from './orders.js'
import type { BackendControls } from './start.js'
import type { TheirAccount } from './their-backend.js'

export interface OurBackendOptions extends Pick<AuthServerOptions, 'issuer' | 'origins' | 'basePath' | 'sessionKind'> {
  /** Where the orders are, such as `/api`. */
  readonly api: string
  readonly accounts: readonly TheirAccount[]
  readonly orders: Orders
}

export interface OurBackend extends BackendControls {
  readonly router: Router
  close(): Promise<void>
}

/** The numbers that the pages know already. */
const business = envelope({
  ok: 10200,
  codes: { refresh: 10415, terminal: 10422, session_replaced: 10409, invalid_credentials: 10401, default: 10500 },
  status: 200,
})

/** A Sessionward auth server and a guard that answer as {@link theirBackend} does, with one sign-in per account. */
export async function startOurBackend({ api, accounts, orders, ...options }: OurBackendOptions): Promise<OurBackend> {
  const auth = createAuthServer({
    ...options,
    store: memoryStore(),
    secrets: { refresh: [{ id: 1, secret: random(), state: 'minting' }], seal: random() },
    mode: 'development',
    envelope: business,
    policy: { maxSessions: 1 },
  })
  await auth.ready()
  const usernames = new Map<string, string>()
  for (const account of accounts) usernames.set((await auth.accounts!.create(account)).subject, account.username)
  const { issuer } = options
  const guard = expirable(createGuard({ issuer, audience: issuer, feed: auth.revocations, envelope: business }))

  let refreshes = 0
  const router = express.Router()
  router.use((request, _response, next) => {
    if (request.path === `${options.basePath}/refresh` && request.method === 'POST') refreshes++
    next()
  })
  router.use(mount(auth))
  router.use(
    api,
    protect(guard),
    (request, response, next) => {
      response.locals.username = usernames.get(request.auth.subject)
      next()
    },
    orders.routes((response, data) => response.json(business.ok(data))),
  )
  return {
    router,
    refreshes: () => refreshes,
    expireAccessTokens: () => guard.expireSeen(),
    async forgetEverybody() {
      for (const subject of usernames.keys()) await auth.sessions.endAll({ subject })
    },
    async close() {
      guard.close()
      await auth.close()
    },
  }
}

function random(): string {
  return randomBytes(36).toString('base64url')
}
