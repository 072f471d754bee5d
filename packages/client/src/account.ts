import type { User } from '@sessionward/protocol'
import { SignInError, SignOutError } from './errors.js'
import type { FlightTools } from './flight.js'
import type { Refresher } from './refresher.js'
import type { VaultRecord } from './vault/vault.js'

/** Further fields, such as `captcha` and `device`, are sent along. */
export interface SignIn {
  readonly username: string
  readonly password: string
  /**
   * `false`: the session ends with the browser, and when it has been idle for 12 hours. In transport `cookie` the cookie goes
   * then; in `body` the refresh token is kept by the open tabs alone, and goes with the last of them. Default true.
   */
  readonly remember?: boolean | undefined
}

export interface Account {
  signIn(input: object): Promise<User>
  adopt(): Promise<User | undefined>
  signOut(options?: { readonly everywhere?: boolean | undefined }): Promise<void>
}

/** Signing in and out. Each call takes the same lock as a refresh, because each changes the session. */
export function createAccount(
  { config, session, publish, lock, mark }: FlightTools,
  { adopt, receive, settle }: Refresher,
  signal: AbortSignal,
): Account {
  return {
    async signIn(input) {
      const update = await lock(async (signal) => {
        const answer = await config.backend.signIn(input, signal)
        const { tokens, refreshToken, code = 'unreachable', status = 0, detail, cause, retryAfter } = answer
        if (!tokens) throw new SignInError(code, status, detail, cause, retryAfter)
        mark.clear()
        return (await publish({ tokens }, () => true, refreshToken, (input as SignIn).remember !== false))!
      }, signal)
      receive(update, 'this-tab')
      return update.tokens.user
    },
    async adopt() {
      await adopt(signal)
      return session.reason ? undefined : session.user
    },
    async signOut({ everywhere } = {}) {
      const { tokens } = session
      mark.set(tokens?.session.id)
      session.end('signed_out')
      settle()
      let seen: VaultRecord | undefined
      let lost: boolean | undefined
      let ended: VaultRecord['session']
      /** Signs out every tab, whatever it is doing. */
      const leave = async () => {
        const update = await publish({ reason: 'signed_out', asked: true }, (record) => {
          seen = record ?? seen
          ended = record?.session ?? ended
          return !record?.asked
        })
        if (update) receive(update, 'this-tab')
      }
      // At once, so that a refresh under way here or elsewhere has lost; and again in turn, after a sign-in under way.
      const leaving = leave()
      const { verdict, cause } = await lock(async (signal) => {
        await leaving
        // A refresh token that is out of reach cannot be sent, and the session goes on there.
        lost = tokens && !seen && config.backend.transport !== 'cookie'
        await leave()
        return await config.backend.signOut({ ...ended, tokens, everywhere }, signal)
      }, signal)
      if (verdict !== 'terminal' || lost) throw new SignOutError(cause)
      mark.clear()
    },
  }
}
