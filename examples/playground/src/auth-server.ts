import type { IncomingMessage, RequestListener } from 'node:http'
import { createFaults, isRefresh, ofSession } from '@sessionward/example-harness'
import { type AuthServer, createAuthServer } from '@sessionward/server'
import { requestListener } from '@sessionward/server/node'
import { withControls } from './controls.js'
import type { Persistence } from './persistence.js'
import type { RevocationLag } from './revocation-lag.js'
import type { Seed } from './seed.js'

interface Options {
  readonly url: string
  /** Origin of the page. */
  readonly page: string
  readonly seed: Seed
  readonly persistence: Persistence
  /** Seconds. */
  readonly accessTokenLifetime: number
  readonly revocationLag: RevocationLag
}

/**
 * The auth server as an application would configure it, behind the faults that the page can ask for. A server that cannot
 * start is closed.
 */
export async function startAuthServer(options: Options): Promise<{
  readonly auth: AuthServer
  readonly listener: RequestListener
}> {
  const { url, page, seed, persistence, accessTokenLifetime, revocationLag } = options
  const { accounts, secrets } = seed
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
    // Cookies ignore ports, and other auth servers run on localhost too.
    cookieName: `playground-${new URL(url).port}`,
  })
  auth.on((event) => {
    if (event.type === 'session_revoked' && event.sid !== null) revocationLag.ended(event.sid)
  })

  try {
    await auth.ready()
    for (const account of accounts) {
      // A persistent database has it from an earlier start, with the same password.
      const { username } = account
      if (!(await auth.accounts!.find({ username }))) await auth.accounts!.create(account)
    }
  } catch (error) {
    await auth.close()
    throw error
  }

  const faults = createFaults()
  // Each fault concerns one session, so that two visitors do not disturb each other.
  const controls = {
    lose({ sid }: Input) {
      const isOfSession = ofSession(String(sid))
      void faults.loseNextAnswer((request: IncomingMessage) => isRefresh(request) && isOfSession(request))
    },
    away({ sid, seconds }: Input) {
      faults.takeDown(ofSession(String(sid)), Math.min(Number(seconds) || 10, 30))
    },
    lag: ({ sid }: Input) => ({ milliseconds: revocationLag.of(String(sid)) }),
  }
  return { auth, listener: withControls(page, controls, faults.wrap(requestListener(auth))) }
}

type Input = Readonly<Record<string, unknown>>
