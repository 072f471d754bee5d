import { SessionChangedError, SignedOutError } from './errors.js'
import type { Reauthentication } from './reauth.js'
import type { Refresher } from './refresher.js'
import type { Session } from './session.js'
import type { Tokens } from './tokens.js'
import { orAborted } from './wait.js'

export interface Wish {
  readonly signal: AbortSignal
  /** The access token that was refused: why a refresh is needed, if it is. */
  readonly refused?: boolean
  readonly waiting?: (reason: 'refresh' | 'sign-in') => void
}

/** Hands out the access token: now, or when it is there, or with the reason why it never will be. */
export class Credentials {
  readonly #session: Session
  readonly #refresher: Refresher
  readonly #reauth: Reauthentication

  constructor(session: Session, refresher: Refresher, reauth: Reauthentication) {
    this.#session = session
    this.#refresher = refresher
    this.#reauth = reauth
  }

  /** Who is signed in, once that is known. Nothing: nobody. */
  async owner({ signal, waiting }: Wish): Promise<string | undefined> {
    if (this.#session.reason === 'destroyed') throw new SignedOutError('destroyed')
    while (this.#session.state === 'unknown') {
      waiting?.('refresh')
      const error = await orAborted(this.#refresher.refresh('boot'), signal)
      if (error) throw error
    }
    return this.#session.owner
  }

  /**
   * An access token of `owner`; nothing where nobody was signed in.
   *
   * @throws SignedOutError, SessionChangedError, RefreshUnavailableError, or the signal's reason.
   */
  async tokens(owner: string | undefined, { signal, refused, waiting }: Wish): Promise<Tokens | undefined> {
    if (owner === undefined) return undefined
    let refreshed = false
    for (;;) {
      signal.throwIfAborted()
      const { state, tokens } = this.#session
      if (this.#session.owner === undefined) throw new SignedOutError(this.#session.reason ?? 'signed_out')
      if (this.#session.owner !== owner) throw new SessionChangedError()
      if (state === 'reauth') {
        waiting?.('sign-in')
        await orAborted(this.#reauth.wait(), signal)
        continue
      }
      // What a refresh has just brought is used, whatever the clock says of it.
      if (tokens && (refreshed || this.#session.usable())) {
        if (!refreshed && this.#session.aheadIn() <= 0) void this.#refresher.refresh('ahead')
        return tokens
      }
      waiting?.('refresh')
      const error = await orAborted(this.#refresher.refresh(refused ? 'refused' : 'expired'), signal)
      if (error) throw error
      refreshed = true
    }
  }
}
