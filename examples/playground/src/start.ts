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
  const faults = createFaults()
  const persistence = await openPersistence(options.databaseUrl, options.redisUrl)
  const keepsakes = persistence.kept ? keepsakesIn(options.keepsakes ?? 'data/playground.json') : newKeepsakes()
  const { accounts } = keepsakes
  const credential = keepsakes.secrets.guard
  const { url: page } = web

  const { auth: server, listener } = await startAuthServer({
    url: auth.url,
    page,
    keepsakes,
    persistence,
    accessTokenLifetime,
    faults,
  })
  auth.answer(listener)
  const business = startApiServer({ issuer: auth.url, page, credential, faults })
  api.answer(business.listener)
  web.answer(await startWebServer({ auth: auth.url, api: api.url, accessTokenLifetime, accounts }))
  if (!quiet) console.log(welcome({ auth, api, web }, accounts, persistence))

  return {
    auth: { url: auth.url },
    api: { url: api.url },
    web: { url: web.url },
    accounts,
    figures: async () => server.figures(),
    async close() {
      business.close()
      await Promise.all([web.close(), api.close(), auth.close()])
      await server.close()
      await persistence.close()
    },
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
