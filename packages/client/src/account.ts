import type { User } from '@sessionward/protocol'
import { SignInError, SignOutError } from './errors.js'
import type { FlightTools } from './flight.js'
import type { Refresher } from './refresher.js'

/** Further fields, such as `captcha` and `device`, are sent along. */
export interface SignIn {
  /** The name, as the person typed it. */
  readonly username: string
  /** The password, as the person typed it. */
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
export function createAccount(tools: FlightTools, { adopt, receive, settle }: Refresher, signal: AbortSignal): Account {
  const { config, session, publish, lock, mark } = tools
  let loaded: typeof import('./sign-out.js') | undefined
  // Not needed before there is a session. Loaded early, so that a person can sign out while no server can be reached.
  const load = () => import('./sign-out.js')
  load().then(
    (module) => {
      loaded = module
    },
    () => {},
  )
  return {
    async signIn(input) {
      const update = await lock(async (signal) => {
        const answer = await config.backend.signIn(input, signal)
        if (answer.verdict) throw new SignInError(answer)
        mark.set()
        const { remember } = input as SignIn
        return (await publish({ tokens: answer.tokens }, () => true, answer.refreshToken, remember !== false))!
      }, signal)
      receive(update)
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
      // Without an `await` if it is loaded, so that it requests the lock before a sign-in that follows.
      const { signOut } = loaded ?? (await load())
      const { done, cause } = await signOut(tools, receive, { tokens, everywhere }, signal)
      if (!done) throw new SignOutError(cause)
    },
  }
}
