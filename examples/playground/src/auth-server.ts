import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { type AuthServer, createAuthServer } from '@sessionward/server'
import { requestListener } from '@sessionward/server/node'
import { memoryStore } from '@sessionward/server/store/memory'
import { withControls } from './controls.js'
import type { Faults } from './faults.js'

export interface DemoAccount {
  readonly username: string
  readonly password: string
}

interface Options {
  readonly url: string
  /** Origin of the page. */
  readonly page: string
  /** What the business server shows to read the revocation feed. */
  readonly credential: string
  /** Seconds. */
  readonly accessTokenLifetime: number
  readonly faults: Faults
}

/** The auth server, as anybody would set it up, and in front of it the faults that the page can ask for. */
export async function startAuthServer(options: Options): Promise<{
  readonly auth: AuthServer
  readonly accounts: readonly DemoAccount[]
  readonly listener: RequestListener
}> {
  const { url, page, credential, accessTokenLifetime, faults } = options
  const auth = createAuthServer({
    issuer: url,
    store: memoryStore(),
    secrets: {
      refresh: [{ id: 1, secret: randomBytes(48), state: 'minting' }],
      seal: randomBytes(48),
      guards: [credential],
    },
    origins: [page],
    registration: 'open',
    lifetimes: { accessToken: accessTokenLifetime },
    mode: 'development',
    // Cookies ignore ports, and other things run on localhost too.
    cookieName: `playground-${new URL(url).port}`,
  })
  await auth.ready()
  auth.on((event) => {
    if (event.type === 'session_revoked' && event.sid !== null) faults.ended(event.sid)
  })

  // Made anew at each start: a password that stands in a repository is one that somebody knows.
  const accounts = ['demo', 'second'].map((username) => ({
    username,
    password: randomBytes(9).toString('base64url'),
  }))
  for (const account of accounts) await auth.accounts!.create(account)

  const controls = {
    lose: ({ sid }: Input) => faults.loseNextAnswer(String(sid)),
    away: ({ sid, seconds }: Input) => faults.takeAway(String(sid), Math.min(Number(seconds) || 10, 30)),
    lag: ({ sid }: Input) => ({ milliseconds: faults.lag(String(sid)) }),
  }
  return { auth, accounts, listener: withControls(page, controls, faults.before(requestListener(auth))) }
}

type Input = Readonly<Record<string, unknown>>
