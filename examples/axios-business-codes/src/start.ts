import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { createFaults, type Faults } from '@sessionward/example-harness'
import express from 'express'
import { createOrders, type Orders } from './orders.js'
import { startOurBackend } from './our-backend.js'
import { type TheirAccount, theirBackend } from './their-backend.js'
import { startWebServer } from './web-server.js'

/** What a story does to a backend. */
export interface BackendControls {
  /** Calls of the refresh path, refused ones included. */
  refreshes(): number
  expireAccessTokens(): void
  /** The sessions as after a restart of a backend that keeps them in memory. */
  forgetEverybody(): void | Promise<void>
}

export interface BackOfficeServer {
  readonly url: string
  readonly accounts: readonly TheirAccount[]
  readonly theirs: BackendControls
  readonly authServer: BackendControls
  readonly singleToken: BackendControls
  /** What reached the orders, whichever way. */
  readonly orders: Orders
  /** In front of everything. */
  readonly faults: Faults
  close(): Promise<void>
}

/**
 * Starts the back office on one port: the pages, their backend under `/theirs`, the Sessionward auth server under `/auth` with
 * the orders under `/api`, and the same with single tokens under `/single`.
 *
 * @param port 0: a free one.
 * @param host Address to listen on. Default: this machine alone.
 */
export async function startBackOffice(port: number, host = '127.0.0.1'): Promise<BackOfficeServer> {
  const app = express().disable('x-powered-by').disable('etag')
  const faults = createFaults()
  const server = createServer(faults.wrap(app))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const opened = (server.address() as AddressInfo).port
  const url = `http://localhost:${opened}`
  const origins = ['localhost', 'app.test', hostname(), ...addressesHere()].map((name) => `http://${name}:${opened}`)

  const accounts = ['ann', 'bob'].map((username) => ({ username, password: randomBytes(12).toString('base64url') }))
  const orders = createOrders()
  const shared = { origins, accounts, orders }
  const theirs = theirBackend(accounts, orders)
  const web = await startWebServer(accounts)
  const authServer = await startOurBackend({ ...shared, issuer: url, basePath: '/auth', api: '/api' })
  const singleToken = await startOurBackend({
    ...shared,
    issuer: `${url}/single`,
    basePath: '/single/auth',
    api: '/single/api',
    sessionKind: 'sliding',
  })
  app.use('/theirs', theirs.router)
  app.use(authServer.router, singleToken.router)
  app.use(web.handle)
  return {
    url,
    accounts,
    theirs,
    authServer,
    singleToken,
    orders,
    faults,
    async close() {
      server.closeAllConnections()
      await Promise.all([authServer.close(), singleToken.close(), web.close()])
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Addresses of this machine in its network: pages opened there are on plain http and not on localhost. */
export function addressesHere(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
}
