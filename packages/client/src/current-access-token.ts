import type { ClientConfig } from './config.js'
import { RefreshUnavailableError, SessionChangedError, SignedOutError } from './errors.js'
import type { Events } from './events.js'
import type { Refresher } from './refresher.js'
import type { Session } from './session.js'
import type { Tokens } from './tokens.js'
import { orAborted, within } from './wait.js'

/** Provides the access token: the current one, or the next after a refresh or a sign-in. */
export interface AccessTokens {
  /**
   * Who is signed in, once that is known; undefined if nobody is.
   *
   * @throws SignedOutError, RefreshUnavailableError, RefreshRefusedError, or the signal's reason.
   */
  owner(signal: AbortSignal): Promise<string | undefined>
  /**
   * An access token of `owner`. `sent`: the request that needs it has been sent before. `fresh`: not a token that is about
   * to expire, unless there is no other. Default: neither.
   *
   * @throws SignedOutError, SessionChangedError, RefreshUnavailableError, RefreshRefusedError, or the signal's reason.
   */
  tokens(owner: string | undefined, signal: AbortSignal, sent?: boolean, fresh?: boolean): Promise<Tokens>
}

const maxWaiting = 100

export function createAccessTokens(
  { environment, patience }: ClientConfig,
  session: Session,
  refresher: Refresher,
  events: Events,
): AccessTokens {
  const now = environment.monotonic
  let waitingForSignIn = 0

  /** Waits until the session changes. */
  const change = (signal: AbortSignal) => {
    let stop = () => {}
    const changed = new Promise<void>((resolve) => {
      stop = events.on('change', resolve)
    })
    return orAborted(changed, signal).finally(stop)
  }
  /** Waits until the person has signed in again. At most 100 requests wait, until the session ends. */
  const waitForSignIn = async (signal: AbortSignal) => {
    const over = change(signal)
    if (++waitingForSignIn > maxWaiting) session.end('reauth_crowded')
    await over.finally(() => waitingForSignIn--)
  }
  /** Refreshes for one request, which waits for at most `patience` while the auth server is unavailable. */
  const createRefresh = (signal: AbortSignal) => {
    let deadline = 0
    let error: RefreshUnavailableError | undefined
    /** @returns `false` if the session may have changed meanwhile: the caller checks it again. */
    return async (): Promise<boolean> => {
      deadline ||= now() + patience
      const left = () => deadline - now()
      const attempt = (signal: AbortSignal) => orAborted(refresher.refresh(), signal)
      // The first attempt has its own deadlines.
      const failure = await (error ? within(left(), signal, environment, attempt).catch(() => error) : attempt(signal))
      signal.throwIfAborted()
      if (!failure) return true
      if (!(failure instanceof RefreshUnavailableError && left() > 0)) throw failure
      error = failure
      // Until the next try is due, or the session has changed.
      await within(Math.min(left(), error.retryAfter * 1000), signal, environment, change).catch(() => {})
      signal.throwIfAborted()
      return false
    }
  }

  return {
    async owner(signal) {
      if (session.reason === 'destroyed') throw new SignedOutError(session.reason)
      const refresh = createRefresh(signal)
      while (session.state === 'unknown') await refresh()
      return session.owner
    },
    async tokens(owner, signal, sent = false, fresh) {
      const refresh = createRefresh(signal)
      for (let refreshed = false; ; ) {
        signal.throwIfAborted()
        const { state, tokens } = session
        if (!session.owner) throw new SignedOutError(session.reason!)
        if (session.owner !== owner) throw new SessionChangedError(sent)
        if (state === 'reauth') await waitForSignIn(signal)
        else if (tokens && (refreshed || session.usable())) {
          // A token that has just been refreshed is used even if the clock says that it has expired.
          const ahead = !refreshed && session.aheadIn() <= 0 && refresher.refresh()
          if (!ahead || !fresh) return tokens
          fresh = false
          await orAborted(ahead, signal)
        } else {
          refreshed = await refresh()
        }
      }
    },
  }
}
