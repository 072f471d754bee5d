import { join } from 'node:path'
import { createClock, type Origin, openOrigin } from '@sessionward/example-harness'
import { startAuthServer } from './auth-server.js'
import { type DemoAccount, readDemo } from './demo.js'
import { startInvoicesServer } from './invoices-server.js'
import { openKeyFiles } from './key-files.js'
import { startOrdersServer } from './orders-server.js'
import { type RestartableServer, restartableServer } from './restartable-server.js'
import { startWebServer } from './web-server.js'

export interface ThreeServersOptions {
  /** Port of the page; the auth server and the business servers have the next three. 0: four free ones. */
  readonly port: number
  /** Where keys, database and passwords are. */
  readonly folder: string
  /** Access tokens of ten seconds, refresh tokens of a minute. Default: 30 minutes and a day. */
  readonly fast?: boolean
}

export interface ThreeServers {
  readonly page: string
  readonly auth: RestartableServer
  /** Has a guard. */
  readonly orders: RestartableServer
  /** The old verifier. */
  readonly invoices: RestartableServer
  readonly accounts: readonly DemoAccount[]
  readonly lifetimes: Lifetimes
  /** Sets the clock of all servers forward. */
  advance(seconds: number): void
  /** A new key pair, while the servers run. */
  rotateKey(): Promise<void>
  close(): Promise<void>
}

/** Seconds. */
export interface Lifetimes {
  readonly accessToken: number
  readonly refreshToken: number
}

const usual: Lifetimes = { accessToken: 1800, refreshToken: 86_400 }
const short: Lifetimes = { accessToken: 10, refreshToken: 60 }

/** Starts the four servers. Each is given what a machine of its own would have; only the clock is shared. */
export async function startThreeServers({ port, folder, fast = false }: ThreeServersOptions): Promise<ThreeServers> {
  const [web, ...opened] = await openOrigins(port)
  const [page, issuer] = [web.url, opened[0].url]
  const { now, advance } = createClock()
  const lifetimes = fast ? short : usual
  const demo = readDemo(join(folder, 'demo.json'))
  const authFolder = join(folder, 'auth')
  const keys = await openKeyFiles(authFolder, lifetimes.accessToken)

  const known = () => ({ issuer, page, now, publicKeys: keys.publicKeys() })
  const auth = restartableServer(opened[0], () =>
    startAuthServer({ issuer, page, folder: authFolder, keys, lifetimes, demo, now }),
  )
  const orders = restartableServer(opened[1], () => startOrdersServer({ ...known(), credential: demo.guardCredential }))
  const invoices = restartableServer(opened[2], () => startInvoicesServer(known()))
  await auth.start()
  await Promise.all([orders.start(), invoices.start()])

  const servers = { auth, orders, invoices }
  const { accounts } = demo
  /** Guards first: nothing is signed with a key that they do not know. */
  const rotateKey = async () => {
    await keys.rotate()
    await orders.restart()
    // The old verifier knows one key, so it changes in the same moment: what it refuses until then, it accepts after a refresh.
    await auth.restart(() => invoices.restart())
  }
  const site = await startWebServer({ page, servers, accounts, lifetimes, now, advance, rotateKey })
  web.serve(site.listener)
  return {
    ...{ page, ...servers, accounts, lifetimes, advance, rotateKey },
    async close() {
      await Promise.all([web.close(), site.close(), orders.stop(), invoices.stop()])
      await auth.stop()
    },
  }
}

/** @throws Error with code EADDRINUSE; then no port stays open. */
async function openOrigins(port: number): Promise<[web: Origin, auth: Origin, orders: Origin, invoices: Origin]> {
  const ports = [0, 1, 2, 3].map((offset) => (port === 0 ? 0 : port + offset))
  const outcomes = await Promise.allSettled(ports.map(openOrigin))
  const opened = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (!failed) return opened as [Origin, Origin, Origin, Origin]
  await Promise.all(opened.map((origin) => origin.close()))
  throw failed.reason
}
