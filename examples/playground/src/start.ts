import { type Origin, openOrigin } from '@sessionward/example-harness'
import type { AuthServer } from '@sessionward/server'
import { startApiServer } from './api-server.js'
import { startAuthServer } from './auth-server.js'
import { openPersistence, type Persistence } from './persistence.js'
import { createRevocationLag } from './revocation-lag.js'
import { createSeed, type DemoAccount, readSeed } from './seed.js'
import { startWebServer } from './web-server.js'

export interface PlaygroundOptions {
  /** 0 picks a free port. */
  readonly authPort: number
  readonly apiPort: number
  readonly webPort: number
  /** Database of the sessions. Default: the memory of this process. */
  readonly databaseUrl?: string | undefined
  /** A cache beside the database; without a database, it stores everything. Default: none. */
  readonly redisUrl?: string | undefined
  /** File with the secrets and passwords that belong to a persistent database. Default `data/playground.json`. */
  readonly seedFile?: string
  /** Seconds. Default 15. */
  readonly accessTokenLifetime?: number
  /** Prints nothing. Default true. */
  readonly quiet?: boolean
}

export interface Playground {
  readonly auth: { readonly url: string }
  readonly api: { readonly url: string }
  readonly web: { readonly url: string }
  readonly accounts: readonly DemoAccount[]
  /** The auth server's own counters. */
  figures(): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}

/** Starts the auth server, the business server and the page, each on its own origin. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { accessTokenLifetime = 15, quiet = true } = options
  const [auth, api, web] = await openOrigins(options)
  let persistence: Persistence | undefined
  let server: AuthServer | undefined
  let business: ReturnType<typeof startApiServer> | undefined
  const close = async () => {
    business?.close()
    await Promise.all([web.close(), api.close(), auth.close()])
    await server?.close()
    await persistence?.close()
  }

  try {
    const revocationLag = createRevocationLag()
    persistence = await openPersistence(options.databaseUrl, options.redisUrl)
    const seed = persistence.persistent ? readSeed(options.seedFile ?? 'data/playground.json') : createSeed()
    const { accounts } = seed
    const { url: page } = web

    const started = await startAuthServer({
      url: auth.url,
      page,
      seed,
      persistence,
      accessTokenLifetime,
      revocationLag,
    })
    server = started.auth
    auth.serve(started.listener)
    business = startApiServer({ issuer: auth.url, page, credential: seed.secrets.guard, revocationLag })
    api.serve(business.listener)
    web.serve(await startWebServer({ auth: auth.url, api: api.url, accessTokenLifetime, accounts }))
    if (!quiet) console.log(welcome({ auth, api, web }, accounts, persistence))

    return {
      auth: { url: auth.url },
      api: { url: api.url },
      web: { url: web.url },
      accounts,
      figures: async () => started.auth.figures(),
      close,
    }
  } catch (error) {
    // A process that cannot start should end and release its ports.
    await close()
    throw error
  }
}

async function openOrigins(options: PlaygroundOptions): Promise<[auth: Origin, api: Origin, web: Origin]> {
  const ports = [
    [options.authPort, 'AUTH_PORT'],
    [options.apiPort, 'API_PORT'],
    [options.webPort, 'WEB_PORT'],
  ] as const
  const outcomes = await Promise.allSettled(ports.map(([port, variable]) => openPort(port, variable)))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (!failed) return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<Origin>).value) as never
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.close()
  throw failed.reason
}

/** @throws Error that names the port that is taken and the variable that changes it. */
async function openPort(port: number, variable: string): Promise<Origin> {
  try {
    return await openOrigin(port)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new Error(`Port ${port} is taken. Set ${variable} to another port, or to 0 for a free one.`, { cause: error })
  }
}

function welcome(
  servers: { readonly auth: Origin; readonly api: Origin; readonly web: Origin },
  accounts: readonly DemoAccount[],
  { description, persistent }: Persistence,
): string {
  const people = accounts.map(({ username, password }) => `    ${username.padEnd(8)}${password}`)
  return [
    '',
    '  Sessionward playground',
    '',
    `  Open ${servers.web.url} in a browser.`,
    '',
    `    auth server      ${servers.auth.url}`,
    `    business server  ${servers.api.url}/api/hello`,
    '',
    `  Sessions are stored in ${description}.`,
    '',
    `  Two accounts, with passwords generated for ${persistent ? 'this database' : 'this run'}:`,
    '',
    ...people,
    '',
    persistent ? '  Press Ctrl+C to stop.' : '  Press Ctrl+C to stop. Nothing is stored beyond this run.',
    '',
  ].join('\n')
}
