import type { ReplacedBy, TokenAnswer, User } from '@sessionward/protocol'
import type { ClientConfig } from './config.js'
import type { RefreshRefusedError, RefreshUnavailableError, SignOutReason } from './errors.js'
import type { Events } from './events.js'
import { shareAhead, since } from './expiry.js'
import type { Tokens } from './tokens.js'
import type { Ending, VaultRecord } from './vault/vault.js'

/**
 * - `unknown`: the page has just opened, or the auth server has not been reached yet.
 * - `anonymous`: nobody is signed in.
 * - `active`: signed in.
 * - `refreshing`: signed in, and a new access token has been requested.
 * - `degraded`: signed in, and the auth server is unavailable.
 * - `reauth`: a person must sign in again; requests wait.
 */
export type ClientState = 'unknown' | 'anonymous' | 'active' | 'refreshing' | 'degraded' | 'reauth'

/** Id and generation of a session, and when it began and ends at the latest, in seconds since the epoch. */
export type SessionInfo = TokenAnswer['session']

/** A change of the session: new tokens, or its end. */
export type SessionUpdate = {
  /** The vault's version that this belongs to. A tab that has seen a later one ignores it. */
  readonly version: number
} & ({ readonly tokens: Tokens } | (Ending & { readonly tokens?: undefined }))

interface Facts {
  state: ClientState
  /** The last tokens. While a person must sign in again, they only identify that person. */
  tokens?: Tokens | undefined
  /** The person whose requests may be sent. Kept while they wait for that person to sign in again. */
  owner?: string | undefined
  /** The profile of that person. While the state is `unknown`, the person who was signed in last. */
  user?: User | undefined
  /** Why there is no session. */
  reason?: SignOutReason | undefined
  /** The sign-in that replaced the session, if its end had that reason. */
  replacedBy?: ReplacedBy | undefined
  /** The newest version of the vault that this tab has seen. Older updates are ignored. */
  version: number
}

/** What this tab knows of the session, and the only place where its state changes. */
export interface Session extends Facts {
  /** Whether the access token may still be sent. The clock is a hint; the server's answer is the authority. */
  usable(): boolean
  /** Whether it may be sent and is not yet due for a refresh. */
  isFresh(): boolean
  /** Whether somebody is signed in, or may be. */
  isOpen(): boolean
  /** Milliseconds until the access token should be refreshed: before it expires, or `interval` after it was requested. */
  aheadIn(interval?: number): number
  /** Sets the person who was signed in last, according to the vault. */
  remember(record: VaultRecord['session']): void
  refreshing(): void
  /** Applies an update. `by`: where it comes from. Default: this tab. */
  take(update: SessionUpdate, by?: 'another-tab'): void
  /** The auth server is unavailable. */
  unavailable(error: RefreshUnavailableError): void
  /** The auth server can be reached, and refuses the refresh. `first`: for the first time. */
  refused(error: RefreshRefusedError, first: boolean): void
  end(reason: SignOutReason): void
}

export function createSession(config: ClientConfig, events: Events): Session {
  const { environment } = config
  let share = 1

  const become = (next: Partial<Facts>) => {
    Object.assign(session, next)
    events.emit('change', undefined)
  }
  /** Milliseconds until that part of the access token's lifetime has passed, or `interval` since it was requested; 0: no use. */
  const timeTo = (part: number, interval?: number) => {
    const { tokens } = session
    return tokens && !tokens.refused
      ? (interval || tokens.expiresIn * 1000 * part) - since(tokens.left, environment)
      : 0
  }
  const adopt = (tokens: Tokens, by: 'this-tab' | 'another-tab' = 'this-tab') => {
    const { owner: before, state } = session
    const { user, sub } = tokens
    // A person who signs in again is the same owner, if the token has a subject.
    const owner = sub ?? tokens.session.id
    share = shareAhead(Math.random())
    become({ state: 'active', tokens, owner, user, reason: undefined })
    events.emit('refresh', { generation: tokens.session.generation, by })
    if (before && before !== owner && state !== 'unknown') events.emit('subjectchange', { user })
  }
  /** Loaded early: after a new deployment, the file may no longer be there under this name. */
  const loadReauth = () => import('./reauth.js').catch(() => undefined)
  if (config.onReauth) void loadReauth()
  /** The session is over, but the person may sign in again: requests wait. */
  const suspend = async (reason: SignOutReason) => {
    const { tokens } = session
    if (tokens) tokens.refused = true
    become({ state: 'reauth', reason })
    const loaded = await loadReauth()
    if (session.state !== 'reauth') return
    if (loaded) loaded.askPerson(config, session, events)
    else session.end(reason)
  }

  const session: Session = {
    state: 'unknown',
    version: 0,
    usable: () => timeTo(1) > 0,
    isFresh: () => session.aheadIn() > 0,
    isOpen: () => !/anonymous|reauth/.test(session.state),
    aheadIn: (interval) => timeTo(share, interval),
    remember(record) {
      session.owner = record && (record.sub ?? record.sid)
      session.user = record?.user
    },
    refreshing() {
      if (/active|degraded/.test(session.state)) become({ state: 'refreshing' })
    },
    take(update, by) {
      const { state, tokens } = session
      session.version = update.version
      if (update.tokens) return adopt(update.tokens, by)
      const { reason, asked } = update
      session.replacedBy = update.replacedBy
      const missing = reason === 'refresh_token_missing'
      if (missing && tokens?.session.generation === 0) {
        import('./misconfigured.js').then(
          ({ reportMissingCookie }) => reportMissingCookie(events),
          () => {},
        )
      }
      // No cookie when the page opens: the session ended with the browser, or there was none.
      if (missing && state === 'unknown') session.owner = undefined
      // If requests waited for the next sign-in, two devices would end each other's sessions for ever.
      const final = asked || reason === 'session_replaced'
      if (final || !config.onReauth || !session.owner) session.end(reason)
      else if (state !== 'reauth') void suspend(reason)
    },
    unavailable(error) {
      if (session.owner && session.state !== 'reauth') become({ state: 'degraded' })
      events.emit('degraded', { error })
    },
    refused(error, first) {
      // The session may still exist, but this page has no access token for it.
      if (!session.tokens) session.end(error.code)
      else if (session.state !== 'reauth') become({ state: 'active' })
      if (first) events.emit('misconfigured', { code: error.code, hint: error.message })
    },
    end(reason) {
      const { owner } = session
      become({ state: 'anonymous', tokens: undefined, owner: undefined, user: undefined, reason })
      if (owner) events.emit('signout', { reason })
    },
  }
  return session
}
