import type { ReplacedBy, TokenAnswer, User } from '@sessionward/protocol'
import type { ClientConfig } from './config.js'
import type { RefreshRefusedError, RefreshUnavailableError, SignOutReason } from './errors.js'
import type { Events } from './events.js'
import { shareAhead, since } from './expiry.js'
import { ownerOf, type Tokens } from './tokens.js'
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

/** What became of the session: there are new tokens, or it is over. */
export type SessionUpdate = {
  /** The vault's version that this belongs to. A tab that has seen a later one ignores it. */
  readonly version: number
} & ({ readonly tokens: Tokens } | (Ending & { readonly tokens?: undefined }))

interface Facts {
  state: ClientState
  /** The last tokens. While a person must sign in again they only say who that is. */
  tokens?: Tokens | undefined
  /** Whose requests may be sent; remains while they wait for the person to sign in again. */
  owner?: string | undefined
  /** Who that is. While the state is `unknown`, only who was signed in last. */
  user?: User | undefined
  /** Why there is no session. */
  reason?: SignOutReason | undefined
  /** Of the latest end that was heard of: by which sign-in the session was replaced. */
  replacedBy?: ReplacedBy | undefined
  /** The vault's version that this tab has seen. What is older comes too late. */
  version: number
}

/** What this tab knows of the session, and the only place where its state changes. */
export interface Session extends Facts {
  /** Whether the access token may still be sent. The clock is a hint; the server's answer is the authority. */
  usable(): boolean
  /** Whether it may be sent, and need not be refreshed. */
  isFresh(): boolean
  /** Whether somebody is signed in, or may be. */
  isOpen(): boolean
  /** Milliseconds until the access token should be refreshed: before it expires, or so many after it was requested. */
  aheadIn(beat?: number): number
  /** Keeps in mind who was signed in last, according to the vault. */
  remember(record: VaultRecord['session']): void
  refreshing(): void
  /** Takes what this tab or another has found out. */
  take(update: SessionUpdate, by: 'this-tab' | 'another-tab'): void
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
  /** Milliseconds until a share of the access token's lifetime has passed, or so many since it was requested. */
  const timeTo = (part: number, beat?: number) => {
    const { tokens } = session
    return tokens ? (beat || tokens.expiresIn * 1000 * part) - since(tokens.left, environment) : 0
  }
  const adopt = (tokens: Tokens, by: 'this-tab' | 'another-tab') => {
    const { owner: before, state } = session
    const { user } = tokens
    const owner = ownerOf(tokens)
    share = shareAhead(Math.random())
    become({ state: 'active', tokens, owner, user, reason: undefined })
    events.emit('refresh', { generation: tokens.session.generation, by })
    if (before && before !== owner && state !== 'unknown') events.emit('subjectchange', { user })
  }
  /** Loaded early, for a page that stays open: an application that is deployed anew may have it under another name. */
  const loadReauth = () => import('./reauth.js').catch(() => undefined)
  if (config.onReauth) void loadReauth()
  /** The session is over, but the person may take it up again: requests wait. */
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
    usable: () => !session.tokens?.refused && timeTo(1) > 0,
    isFresh: () => session.usable() && session.aheadIn() > 0,
    isOpen: () => !/anonymous|reauth/.test(session.state),
    aheadIn: (beat) => (session.tokens?.refused ? 0 : timeTo(share, beat)),
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
        const hint = 'The refresh cookie does not arrive: page and auth server must be on one site.'
        events.emit('misconfigured', { code: reason, hint })
      }
      // No cookie when the page opens: a session that ended with the browser, or never was.
      if (missing && state === 'unknown') session.owner = undefined
      // Two devices whose requests wait for the next sign-in would throw each other out for ever.
      const final = asked || reason === 'session_replaced'
      if (final || !config.onReauth || !session.owner) session.end(reason)
      else if (state !== 'reauth') void suspend(reason)
    },
    unavailable(error) {
      if (session.owner && session.state !== 'reauth') become({ state: 'degraded' })
      events.emit('degraded', { error })
    },
    refused(error, first) {
      // The session may be good, but a page that never had an access token cannot do anything with it.
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
