import type { AuthServer } from '@sessionward/server'
import { startApiServer } from './api-server.js'
import { startAuthServer } from './auth-server.js'
import { createFaults } from './faults.js'
import { type DemoAccount, keepsakesIn, newKeepsakes } from './keepsakes.js'
import { type Listening, listen } from './listening.js'
import { openPersistence, type Persistence } from './persistence.js'
import { startWebServer } from './web-server.js'

export interface PlaygroundOptions {
  /** 0 takes a free one. */
  readonly authPort: number
  readonly apiPort: number
  readonly webPort: number
  /** Where sessions are kept. Default: in memory. */
  readonly databaseUrl?: string | undefined
  /** A cache beside the database; without one, it keeps everything. Default: none. */
  readonly redisUrl?: string | undefined
  /** The file that holds secrets and passwords for a database that is kept. Default `data/playground.json`. */
  readonly keepsakes?: string
  /** Seconds. Default 15. */
  readonly accessTokenLifetime?: number
  /** Says nothing on the console. Default true. */
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
  const [auth, api, web] = await listenAll(options)
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
    const faults = createFaults()
    persistence = await openPersistence(options.databaseUrl, options.redisUrl)
    const keepsakes = persistence.kept ? keepsakesIn(options.keepsakes ?? 'data/playground.json') : newKeepsakes()
    const { accounts } = keepsakes
    const { url: page } = web

    const started = await startAuthServer({ url: auth.url, page, keepsakes, persistence, accessTokenLifetime, faults })
    server = started.auth
    auth.answer(started.listener)
    business = startApiServer({ issuer: auth.url, page, credential: keepsakes.secrets.guard, faults })
    api.answer(business.listener)
    web.answer(await startWebServer({ auth: auth.url, api: api.url, accessTokenLifetime, accounts }))
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
    // A process that could not start should end, and give its ports back.
    await close()
    throw error
  }
}

async function listenAll(options: PlaygroundOptions): Promise<[auth: Listening, api: Listening, web: Listening]> {
  const asked = [
    [options.authPort, 'AUTH_PORT'],
    [options.apiPort, 'API_PORT'],
    [options.webPort, 'WEB_PORT'],
  ] as const
  const outcomes = await Promise.allSettled(asked.map(([port, variable]) => listen(port, variable)))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (!failed) return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<Listening>).value) as never
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.close()
  throw failed.reason
}

function welcome(
  servers: { readonly auth: Listening; readonly api: Listening; readonly web: Listening },
  accounts: readonly DemoAccount[],
  { description, kept }: Persistence,
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
    `  Sessions are kept in ${description}.`,
    '',
    `  Two accounts, with passwords made for ${kept ? 'this database' : 'this run'}:`,
    '',
    ...people,
    '',
    kept ? '  Stop it with Ctrl+C.' : '  Nothing is kept: stop it with Ctrl+C, and everything is gone.',
    '',
  ].join('\n')
}
