import type { User } from '@sessionward/protocol'
import { askAuthServer } from './auth-server.js'
import { AuthenticatedFetch } from './authenticated-fetch.js'
import { type ClientConfig, type ClientOptions, readOptions } from './config.js'
import { Credentials } from './credentials.js'
import { SignedOutError, SignInError, SignOutError } from './errors.js'
import { type ClientEvents, Events } from './events.js'
import { type Landing, nextVersion, recordOf } from './flight.js'
import { Reauthentication } from './reauth.js'
import { Refresher } from './refresher.js'
import { type ClientState, Session, type SessionInfo } from './session.js'
import { Tabs } from './tabs/channel.js'
import { type Lock, openLock } from './tabs/lock.js'
import { tokensOf } from './tokens.js'
import type { Vault } from './vault/vault.js'

export interface SignIn {
  readonly username: string
  readonly password: string
  /** `false`: the cookie dies with the browser, and the idle timeout is at most 12 hours. Default true. */
  readonly remember?: boolean | undefined
}

export interface Client {
  readonly state: ClientState
  /** Why nobody is signed in, or must sign in again: a code of the error table or a word of the client's. */
  readonly reason: string | undefined
  readonly user: User | undefined
  readonly session: SessionInfo | undefined
  /** @throws SignInError */
  signIn(who: SignIn): Promise<User>
  /**
   * `fetch`, with the access token where the request goes to an origin of the list.
   *
   * @throws SignedOutError, SessionChangedError, RefreshUnavailableError, and what `fetch` throws.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /**
   * A fresh access token, for connections that cannot use `fetch`: WebSocket, EventSource. `refused`: the token that
   * was turned away (close code 4401, 1008); it is replaced, unless there is a newer one already.
   *
   * @throws SignedOutError, RefreshUnavailableError, or the signal's reason.
   */
  token(options?: { readonly refused?: string | undefined; readonly signal?: AbortSignal | undefined }): Promise<string>
  /**
   * Signed out here and in the other tabs at once; then the auth server is told. `everywhere`: on all devices.
   *
   * @throws SignOutError if the auth server could not be told.
   */
  signOut(options?: { readonly everywhere?: boolean | undefined }): Promise<void>
  /** Calls after `state`, `user` or `session` changed. Returns a function that ends it. */
  subscribe(listener: () => void): () => void
  on<K extends keyof ClientEvents>(name: K, listener: (event: ClientEvents[K]) => void): () => void
  /** Lets go of timers, channels and listeners. Nobody is signed out; what still waits is rejected. */
  destroy(): void
}

/** On `globalThis`, since hot reload and micro-frontends load this module more than once. */
function instancesOfPage(): Map<string, SessionClient> {
  const page = globalThis as { [instances]?: Map<string, SessionClient> }
  page[instances] ??= new Map()
  return page[instances]
}

const instances = Symbol.for('sessionward.clients')

/**
 * The client of one auth server. In a browser there is one for each `server`, `basePath` and `clientId`: a second call
 * returns the first one's, with the new `origins` and `onReauth`.
 *
 * @throws TypeError naming the option that cannot be used.
 */
export function createClient(options: ClientOptions): Client {
  const config = readOptions(options)
  if (config.environment.page === undefined) return new SessionClient(config)
  const clients = instancesOfPage()
  const existing = clients.get(config.name)
  existing?.reconfigure(config)
  const client = existing ?? new SessionClient(config)
  clients.set(config.name, client)
  return client
}

class SessionClient implements Client {
  #config: ClientConfig
  readonly #events: Events
  readonly #session: Session
  readonly #vault: Vault
  readonly #tabs: Tabs
  readonly #lock: Lock
  readonly #refresher: Refresher
  readonly #reauth: Reauthentication
  readonly #credentials: Credentials
  readonly #authenticated: AuthenticatedFetch
  readonly #destroyed = new AbortController()
  readonly #sleep: () => void

  constructor(config: ClientConfig) {
    const { environment, name, timeouts } = config
    this.#config = config
    this.#events = new Events(() => environment.timeOrigin + environment.monotonic())
    this.#session = new Session(environment, this.#events)
    this.#vault = environment.openVault(name)
    this.#tabs = new Tabs(name, environment, this.#events, {
      tokens: (tokens, version) => {
        if (this.#session.adopt(tokens, version, 'another-tab')) this.#refresher.settle()
      },
      ended: (version, reason, asked) => {
        if (version < this.#session.version) return
        this.#refresher.stop()
        this.#ended({ outcome: 'ended', version, reason, asked })
      },
      asks: () => {
        const { tokens, version } = this.#session
        return tokens && this.#session.usable() && this.#session.aheadIn() > 0 ? { tokens, version } : undefined
      },
    })
    this.#lock = openLock(name, this.#vault, environment, timeouts.lock)
    this.#refresher = new Refresher(
      { config, events: this.#events, vault: this.#vault, tabs: this.#tabs },
      this.#session,
      this.#lock,
      (landing) => this.#ended(landing),
    )
    this.#reauth = new Reauthentication(this.#session, (reason) => this.#session.end(reason))
    this.#credentials = new Credentials(this.#session, this.#refresher, this.#reauth)
    this.#authenticated = new AuthenticatedFetch(() => this.#config, this.#session, this.#credentials, this.#events)
    const onServer = environment.page === undefined
    this.#sleep = onServer ? () => {} : environment.onWake(() => void this.#refresher.wake())
    if (!onServer) void this.#refresher.refresh('boot')
  }

  get state(): ClientState {
    return this.#session.state
  }

  get reason(): string | undefined {
    return this.#session.reason
  }

  get user(): User | undefined {
    return this.#session.user
  }

  get session(): SessionInfo | undefined {
    return this.#session.info
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#session.subscribe(listener)

  readonly on: Client['on'] = (name, listener) => this.#events.on(name, listener)

  readonly fetch: Client['fetch'] = (input, init) => this.#authenticated.fetch(input, init)

  readonly token: Client['token'] = async ({ refused, signal = this.#destroyed.signal } = {}) => {
    const owner = await this.#credentials.owner({ signal })
    if (owner === undefined) throw new SignedOutError(this.#session.reason ?? 'signed_out')
    const { tokens } = this.#session
    if (tokens && tokens.accessToken === refused) this.#session.refuse(tokens.jti)
    const fresh = await this.#credentials.tokens(owner, { signal, refused: refused !== undefined })
    return fresh!.accessToken
  }

  readonly signIn: Client['signIn'] = async ({ username, password, remember }) => {
    const { environment, timeouts, transport } = this.#config
    const { signal } = this.#destroyed
    const landing = await this.#lock.hold(async () => {
      const body = { username, password, remember, transport }
      const answer = await askAuthServer(this.#config, { path: 'login', body, patience: timeouts.request, signal })
      if (answer.outcome !== 'tokens') {
        if (answer.outcome === 'refused') throw new SignInError(answer.code, answer.status, answer.detail)
        const { code = 'unreachable', cause } = answer as { code?: string; cause?: unknown }
        throw new SignInError(code, answer.status ?? 0, undefined, cause)
      }
      const tokens = tokensOf(answer.answer, answer.left)
      let version = 0
      await this.#vault.update('session', (before) => {
        version = nextVersion(before, environment.wall())
        return recordOf(tokens, version, answer.answer.refreshToken)
      })
      this.#tabs.tellTokens(tokens, version)
      return { tokens, version }
    }, signal)
    this.#session.adopt(landing.tokens, landing.version, 'this-tab')
    this.#refresher.settle()
    return landing.tokens.user
  }

  readonly signOut: Client['signOut'] = async ({ everywhere } = {}) => {
    const { environment, timeouts } = this.#config
    const { signal } = this.#destroyed
    const leave = async () => {
      let version = 0
      const { before, written } = await this.#vault.update('session', (record) => {
        if (record?.asked) return undefined
        version = nextVersion(record, environment.wall())
        return { version, reason: 'signed_out', asked: true }
      })
      if (!written) return undefined
      this.#refresher.stop()
      this.#session.version = version
      this.#session.end('signed_out')
      this.#tabs.tellEnded(version, 'signed_out', true)
      return before?.session
    }
    this.#refresher.stop()
    this.#session.end('signed_out')
    // At once, so that a refresh under way here or elsewhere has lost; and again in turn, after a sign-in under way.
    const first = leave()
    const answer = await this.#lock.hold(async () => {
      const known = await first
      const session = (await leave()) ?? known
      const { sid, refreshToken } = session ?? {}
      const body = { ...(refreshToken && { refresh_token: refreshToken }), ...(everywhere && { everywhere }) }
      return await askAuthServer(this.#config, { path: 'logout', body, sid, patience: timeouts.request, signal })
    }, signal)
    if (answer.outcome === 'unavailable') throw new SignOutError(answer.cause)
    if (answer.outcome === 'refused' && answer.verdict !== 'terminal') throw new SignOutError(new Error(answer.code))
  }

  readonly destroy = (): void => {
    const clients = instancesOfPage()
    if (clients.get(this.#config.name) === this) clients.delete(this.#config.name)
    this.#sleep()
    this.#refresher.stop()
    this.#tabs.close()
    this.#session.end('destroyed')
    this.#destroyed.abort(new SignedOutError('destroyed'))
  }

  reconfigure(config: ClientConfig): void {
    this.#config = config
  }

  #ended({ reason, asked, version }: Landing & { outcome: 'ended' }): void {
    const { owner, info, state } = this.#session
    this.#session.version = version ?? this.#session.version
    if (reason === 'refresh_token_missing' && info?.generation === 0) {
      this.#events.emit('misconfigured', {
        code: reason,
        hint: 'The refresh cookie does not come back: page and auth server must be one site, or `transport` be `body`.',
      })
    }
    // No cookie when the page opens: a session that ended with the browser, or never was.
    const quiet = state === 'unknown' && reason === 'refresh_token_missing'
    if (quiet) this.#session.owner = undefined
    if (asked || quiet || !this.#config.onReauth || owner === undefined) this.#session.end(reason)
    else if (state !== 'reauth') this.#reauth.begin(this.#config, reason)
  }
}
