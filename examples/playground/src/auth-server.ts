import type { RequestListener } from 'node:http'
import { type AuthServer, createAuthServer } from '@sessionward/server'
import { requestListener } from '@sessionward/server/node'
import { withControls } from './controls.js'
import type { Faults } from './faults.js'
import type { Keepsakes } from './keepsakes.js'
import type { Persistence } from './persistence.js'

interface Options {
  readonly url: string
  /** Origin of the page. */
  readonly page: string
  /** What must be the same at each start on the same database. */
  readonly keepsakes: Keepsakes
  readonly persistence: Persistence
  /** Seconds. */
  readonly accessTokenLifetime: number
  readonly faults: Faults
}

/**
 * The auth server, as anybody would set it up, and in front of it the faults that the page can ask for. Where it cannot start,
 * it is closed.
 */
export async function startAuthServer(options: Options): Promise<{
  readonly auth: AuthServer
  readonly listener: RequestListener
}> {
  const { url, page, keepsakes, persistence, accessTokenLifetime, faults } = options
  const { accounts, secrets } = keepsakes
  const auth = createAuthServer({
    issuer: url,
    store: persistence.store,
    ...(persistence.cache ? { cache: persistence.cache } : {}),
    secrets: {
      refresh: [{ id: 1, secret: secrets.refresh, state: 'minting' }],
      seal: secrets.seal,
      guards: [secrets.guard],
    },
    origins: [page],
    registration: 'open',
    lifetimes: { accessToken: accessTokenLifetime },
    mode: 'development',
    // Cookies ignore ports, and other things run on localhost too.
    cookieName: `playground-${new URL(url).port}`,
  })
  auth.on((event) => {
    if (event.type === 'session_revoked' && event.sid !== null) faults.ended(event.sid)
  })

  try {
    await auth.ready()
    for (const account of accounts) {
      // On a database that is kept, an earlier start has made it, with the same password.
      if (!(await auth.accounts!.find(account))) await auth.accounts!.create(account)
    }
  } catch (error) {
    await auth.close()
    throw error
  }

  const controls = {
    lose: ({ sid }: Input) => faults.loseNextAnswer(String(sid)),
    away: ({ sid, seconds }: Input) => faults.takeAway(String(sid), Math.min(Number(seconds) || 10, 30)),
    lag: ({ sid }: Input) => ({ milliseconds: faults.lag(String(sid)) }),
  }
  return { auth, listener: withControls(page, controls, faults.before(requestListener(auth))) }
}

type Input = Readonly<Record<string, unknown>>
