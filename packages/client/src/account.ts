import type { User } from '@sessionward/protocol'
import { askAuthServer } from './auth-server.js'
import { SignInError, SignOutError } from './errors.js'
import { type FlightTools, nextVersion, recordOf } from './flight.js'
import type { Refresher } from './refresher.js'
import type { Session } from './session.js'

export interface SignIn {
  readonly username: string
  readonly password: string
  /** `false`: the cookie dies with the browser, and the idle timeout is at most 12 hours. Default true. */
  readonly remember?: boolean | undefined
}

export interface Account {
  signIn(who: SignIn): Promise<User>
  signOut(options?: { readonly everywhere?: boolean | undefined }): Promise<void>
}

/** Signing in and out. Both take the lock that refreshes take, since all three change the session. */
export function createAccount(
  { config, vault, tabs, lock }: FlightTools,
  session: Session,
  refresher: Refresher,
  signal: AbortSignal,
): Account {
  const { environment, timeouts, transport } = config

  /** Signed out for every tab, whatever they are at. Returns the session that was. */
  const leave = async () => {
    let version = 0
    const { before, written } = await vault('session', (record) => {
      version = nextVersion(record, environment.wall())
      return record?.asked ? undefined : { version, reason: 'signed_out', asked: true }
    })
    if (written) {
      refresher.stop()
      session.version = version
      session.end('signed_out')
      tabs.tellEnded('signed_out', true, version)
    }
    return before?.session
  }

  return {
    async signIn({ username, password, remember }) {
      const body = { username, password, remember, transport }
      const { tokens, version } = await lock(async () => {
        const answer = await askAuthServer(config, 'login', body, undefined, timeouts.request, signal)
        const { tokens, code = 'unreachable', status = 0, detail, cause } = answer
        if (!tokens) throw new SignInError(code, status, detail, cause)
        let version = 0
        await vault('session', (before) => {
          version = nextVersion(before, environment.wall())
          return recordOf(tokens, version, answer.refreshToken)
        })
        tabs.tellTokens({ tokens, version })
        return { tokens, version }
      }, signal)
      session.adopt(tokens, version, 'this-tab')
      refresher.settle()
      return tokens.user
    },
    async signOut({ everywhere } = {}) {
      refresher.stop()
      session.end('signed_out')
      // At once, so that a refresh under way here or elsewhere has lost; and again in turn, after a sign-in under way.
      const leaving = leave()
      const { verdict, code, cause } = await lock(async () => {
        const known = await leaving
        const { sid, refreshToken } = (await leave()) ?? known ?? {}
        const body = { refresh_token: refreshToken, everywhere }
        return await askAuthServer(config, 'logout', body, sid, timeouts.request, signal)
      }, signal)
      if (verdict && verdict !== 'terminal') throw new SignOutError(cause ?? code)
    },
  }
}
