import type { TokenAnswer, User } from '@sessionward/protocol'
import type { Environment } from './environment.js'
import type { RefreshUnavailableError } from './errors.js'
import type { Events } from './events.js'
import { shareAhead, since } from './expiry.js'
import { ownerOf, type Tokens } from './tokens.js'

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

/** What this tab knows of the session, and the only place where its state changes. */
export class Session {
  state: ClientState = 'unknown'
  tokens: Tokens | undefined
  /** The last tokens, which say who is or was signed in while there are none to use. */
  last: Tokens | undefined
  /** Whose requests may be sent; remains while they wait for the person to sign in again. */
  owner: string | undefined
  /** Why there is no session. */
  reason: string | undefined
  /** The vault's version that this tab has seen. What is older comes too late. */
  version = 0
  /** The access token that a server refused. */
  refused: string | undefined

  #share = 1
  readonly #environment: Environment
  readonly #events: Events

  constructor(environment: Environment, events: Events) {
    this.#environment = environment
    this.#events = events
  }

  get user(): User | undefined {
    return this.last?.user
  }

  /** Whether the access token may still be sent. The clock is a hint; the server's answer is the authority. */
  usable(): boolean {
    return this.tokens?.jti !== this.refused && this.aheadIn(1) > 0
  }

  /** Milliseconds until a share of the access token's lifetime has passed; by default the share of a refresh ahead. */
  aheadIn(share = this.#share): number {
    const { tokens } = this
    return tokens ? tokens.expiresIn * 1000 * share - since(tokens.left, this.#environment) : 0
  }

  refreshing(): void {
    if (this.state === 'active' || this.state === 'degraded') this.#become({ state: 'refreshing' })
  }

  /**
   * Takes new tokens. Whose session this was before may not be the same.
   *
   * @returns false, and takes nothing, where something newer is known.
   */
  adopt(tokens: Tokens, version: number, by: 'this-tab' | 'another-tab'): boolean {
    if (version < this.version) return false
    const before = this.owner
    const owner = ownerOf(tokens)
    this.#share = shareAhead(this.#environment.random())
    this.#become({ state: 'active', tokens, last: tokens, owner, version, reason: undefined })
    this.#events.emit('refresh', { generation: tokens.session.generation, by })
    if (before && before !== owner) this.#events.emit('subjectchange', { user: tokens.user })
    return true
  }

  /** The auth server could not be asked. */
  unavailable(error: RefreshUnavailableError): void {
    if (this.owner && this.state !== 'reauth') this.#become({ state: 'degraded' })
    this.#events.emit('degraded', { error })
  }

  /** The session is over, but the person may take it up again: requests wait. */
  suspend(reason: string): void {
    this.#become({ state: 'reauth', tokens: undefined, reason })
    this.#events.emit('reauth', { reason, user: this.user })
  }

  end(reason: string): void {
    const { owner } = this
    this.#become({ state: 'anonymous', tokens: undefined, last: undefined, owner: undefined, reason })
    if (owner) this.#events.emit('signout', { reason })
  }

  #become(next: Partial<Session>): void {
    Object.assign(this, next)
    this.#events.emit('change', undefined)
  }
}
