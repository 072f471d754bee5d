import type { FlightReason } from './activity.js'
import { SessionChangedError, SignedOutError } from './errors.js'
import type { Events } from './events.js'
import type { Refresher } from './refresher.js'
import type { Session } from './session.js'
import type { Tokens } from './tokens.js'
import { orAborted } from './wait.js'

export type NoteWaiting = (reason: 'refresh' | 'sign-in') => void

/** Hands out the access token: now, or when it is there, or with the reason why it never will be. */
export interface Credentials {
  /** Who is signed in, once that is known. Nothing: nobody. */
  owner(signal: AbortSignal, waiting?: NoteWaiting): Promise<string | undefined>
  /**
   * An access token of `owner`.
   *
   * @throws SignedOutError, SessionChangedError, RefreshUnavailableError, or the signal's reason.
   */
  tokens(owner: string | undefined, signal: AbortSignal, waiting?: NoteWaiting): Promise<Tokens>
}

const mostParked = 100

export function createCredentials(session: Session, refresher: Refresher, events: Events): Credentials {
  let parked = 0
  const refresh = async (why: FlightReason, signal: AbortSignal, waiting?: NoteWaiting) => {
    waiting?.('refresh')
    const error = await orAborted(refresher.refresh(why), signal)
    if (error) throw error
  }
  /** Waits while a person signs in again: with at most 99 others, and not for ever. */
  const park = async (signal: AbortSignal) => {
    const over = new Promise<void>((resolve) => {
      const stop = events.on('change', () => {
        stop()
        resolve()
      })
    })
    if (++parked > mostParked) session.end('reauth_crowded')
    await orAborted(over, signal).finally(() => parked--)
  }
  return {
    async owner(signal, waiting) {
      if (session.reason === 'destroyed') throw new SignedOutError('destroyed')
      while (session.state === 'unknown') await refresh('boot', signal, waiting)
      return session.owner
    },
    async tokens(owner, signal, waiting) {
      for (let refreshed = false; ; ) {
        signal.throwIfAborted()
        const { state, tokens } = session
        if (!session.owner) throw new SignedOutError(session.reason!)
        if (session.owner !== owner) throw new SessionChangedError()
        if (state === 'reauth') {
          waiting?.('sign-in')
          await park(signal)
        } else if (tokens && (refreshed || session.usable())) {
          // What a refresh has just brought is used, whatever the clock says of it.
          if (!refreshed && session.aheadIn() <= 0) void refresher.refresh('ahead')
          return tokens
        } else {
          await refresh(tokens?.refused ? 'refused' : 'expired', signal, waiting)
          refreshed = true
        }
      }
    },
  }
}
