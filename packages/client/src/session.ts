import type { TokenAnswer } from '@sessionward/protocol'
import type { ClientConfig, Reauth } from './config.js'
import type { RefreshUnavailableError } from './errors.js'
import { callApp, type Events } from './events.js'
import { shareAhead, since } from './expiry.js'
import { ownerOf, type Tokens } from './tokens.js'
import type { Ending } from './vault/vault.js'

/**
 * - `unknown`: the page has just opened, or the auth server could not be asked yet.
 * - `anonymous`: nobody is signed in.
 * - `active`: signed in.
 * - `refreshing`: signed in, and a new access token is on its way.
 * - `degraded`: signed in, and the auth server cannot be reached.
 * - `reauth`: a person must sign in again; requests wait.
 */
export type ClientState = 'unknown' | 'anonymous' | 'active' | 'refreshing' | 'degraded' | 'reauth'

export type SessionInfo = TokenAnswer['session']

/** What became of the session: there are new tokens, or it is over. */
export type News = {
  /** The vault's version that this belongs to. Whoever has seen a later one ignores it. */
  readonly version: number
} & ({ readonly tokens: Tokens } | (Ending & { readonly tokens?: undefined }))

interface Facts {
  state: ClientState
  /** The last tokens. While a person must sign in again they only say who that is. */
  tokens: Tokens | undefined
  /** Whose requests may be sent; remains while they wait for the person to sign in again. */
  owner: string | undefined
  /** Why there is no session. */
  reason: string | undefined
  /** The vault's version that this tab has seen. What is older comes too late. */
  version: number
}

/** What this tab knows of the session, and the only place where its state changes. */
export interface Session extends Facts {
  /** Whether the access token may still be sent. The clock is a hint; the server's answer is the authority. */
  usable(): boolean
  /** Milliseconds until the access token should be refreshed ahead. */
  aheadIn(): number
  refreshing(): void
  /** Takes what this tab or another has found out. */
  take(news: News, by: 'this-tab' | 'another-tab'): void
  /** The auth server could not be asked. */
  unavailable(error: RefreshUnavailableError): void
  end(reason: string): void
}

export function createSession(config: ClientConfig, events: Events): Session {
  const { environment, timeouts } = config
  let share = 1
  let stopWaiting: (() => void) | undefined

  const become = (next: Partial<Facts>) => {
    stopWaiting?.()
    stopWaiting = undefined
    Object.assign(session, next)
    events.emit('change', undefined)
  }
  /** Milliseconds until a share of the access token's lifetime has passed. */
  const timeTo = (part: number) => {
    const { tokens } = session
    return tokens ? tokens.expiresIn * 1000 * part - since(tokens.left, environment) : 0
  }
  const adopt = (tokens: Tokens, by: 'this-tab' | 'another-tab') => {
    const { owner: before, state } = session
    const owner = ownerOf(tokens)
    share = shareAhead(Math.random())
    become({ state: 'active', tokens, owner, reason: undefined })
    events.emit('refresh', { generation: tokens.session.generation, by })
    if (before && before !== owner && state !== 'unknown') events.emit('subjectchange', { user: tokens.user })
  }
  /** The session is over, but the person may take it up again: requests wait. */
  const suspend = (reason: string, onReauth: (reauth: Reauth) => unknown) => {
    const { tokens } = session
    if (tokens) tokens.refused = true
    become({ state: 'reauth', reason })
    const giveUp = (why: string) => () => {
      if (stopWaiting === cancelTimer) session.end(why)
    }
    const cancel = giveUp('reauth_cancelled')
    const cancelTimer = environment.after(timeouts.reauth, giveUp('reauth_timeout'))
    stopWaiting = cancelTimer
    const reauth = { reason, user: tokens?.user, cancel }
    events.emit('reauth', reauth)
    void callApp(() => {
      const dialog = onReauth(reauth)
      if (dialog instanceof Promise) dialog.then(cancel, cancel)
    })
  }

  const session: Session = {
    state: 'unknown',
    tokens: undefined,
    owner: undefined,
    reason: undefined,
    version: 0,
    usable: () => !session.tokens?.refused && timeTo(1) > 0,
    aheadIn: () => timeTo(share),
    refreshing() {
      if (session.state === 'active' || session.state === 'degraded') become({ state: 'refreshing' })
    },
    take(news, by) {
      const { state, tokens } = session
      session.version = news.version
      if (news.tokens) return adopt(news.tokens, by)
      const { reason, asked } = news
      const missing = reason === 'refresh_token_missing'
      if (missing && tokens?.session.generation === 0) {
        const hint = 'The refresh cookie does not come back: page and auth server must be one site.'
        events.emit('misconfigured', { code: reason, hint })
      }
      // No cookie when the page opens: a session that ended with the browser, or never was.
      if (missing && state === 'unknown') session.owner = undefined
      if (asked || !config.onReauth || !session.owner) session.end(reason)
      else if (state !== 'reauth') suspend(reason, config.onReauth)
    },
    unavailable(error) {
      if (session.owner && session.state !== 'reauth') become({ state: 'degraded' })
      events.emit('degraded', { error })
    },
    end(reason) {
      const { owner } = session
      become({ state: 'anonymous', tokens: undefined, owner: undefined, reason })
      if (owner) events.emit('signout', { reason })
    },
  }
  return session
}
