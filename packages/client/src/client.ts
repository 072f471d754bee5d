import type { User } from '@sessionward/protocol'
import { createAccount, type SignIn } from './account.js'
import { authenticatedFetch } from './authenticated-fetch.js'
import { type ClientConfig, type ClientOptions, readOptions } from './config.js'
import { createCredentials } from './credentials.js'
import { SignedOutError } from './errors.js'
import { type ClientEvents, createEvents } from './events.js'
import { createReauthentication } from './reauth.js'
import { createRefresher } from './refresher.js'
import { type ClientState, Session, type SessionInfo } from './session.js'
import { openTabs } from './tabs/channel.js'
import { leaseLock } from './tabs/lease.js'
import { tabLock, webLock } from './tabs/lock.js'

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

interface Instance {
  readonly client: Client
  reconfigure(config: ClientConfig): void
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
  // On `globalThis`, since hot reload and micro-frontends load this module more than once. On a server, where many
  // people share one global, each has an own one.
  const page = globalThis as { [instances]?: Map<string, Instance> }
  page[instances] ??= new Map()
  const clients = config.environment.page ? page[instances] : new Map<string, Instance>()
  const instance = clients.get(config.name) ?? openClient(config, () => clients.delete(config.name))
  clients.set(config.name, instance)
  instance.reconfigure(config)
  return instance.client
}

function openClient(config: ClientConfig, closed: () => void): Instance {
  const { environment, name, timeouts } = config
  const { page, locks } = environment
  const events = createEvents(() => environment.timeOrigin + environment.monotonic())
  const session = new Session(environment, events)
  const reauth = createReauthentication(session, events)
  const destroyed = new AbortController()

  const ended = (reason: string, asked: boolean, version = session.version) => {
    const { state, last } = session
    if (version < session.version) return
    session.version = version
    const missing = reason === 'refresh_token_missing'
    if (missing && last?.session.generation === 0) {
      const hint = 'The refresh cookie does not come back. Page and auth server must be one site.'
      events.emit('misconfigured', { code: reason, hint })
    }
    // No cookie when the page opens: a session that ended with the browser, or never was.
    if (missing && state === 'unknown') session.owner = undefined
    if (asked || !config.onReauth || !session.owner) session.end(reason)
    else if (state !== 'reauth') reauth.begin(config, reason)
  }

  const latest = () => {
    const { tokens, version } = session
    return tokens && session.usable() && session.aheadIn() > 0 ? { tokens, version } : undefined
  }

  const vault = environment.openVault(name)
  const tabs = openTabs(name, environment, events, {
    tokens({ tokens, version }) {
      if (session.adopt(tokens, version, 'another-tab')) refresher.settle()
    },
    ended(reason, asked, version) {
      if (version > session.version) refresher.stop()
      ended(reason, asked, version)
    },
    asks: latest,
  })
  const lock = !page
    ? tabLock()
    : locks
      ? webLock(name, locks, environment, timeouts.lock)
      : leaseLock(vault, environment, timeouts.lock)
  const tools = { config, events, vault, tabs, lock, latest }
  const refresher = createRefresher(tools, session, ended)
  const credentials = createCredentials(session, refresher, reauth)
  const sleep = page ? environment.onWake(() => void refresher.wake()) : undefined
  if (page) void refresher.refresh('boot')

  const client: Client = {
    get state() {
      return session.state
    },
    get reason() {
      return session.reason
    },
    get user() {
      return session.user
    },
    get session() {
      return session.last?.session
    },
    ...createAccount(tools, session, refresher, destroyed.signal),
    fetch: authenticatedFetch(() => config, session, credentials, events),
    async token({ refused, signal = destroyed.signal } = {}) {
      const owner = await credentials.owner(signal)
      if (!owner) throw new SignedOutError(session.reason!)
      const { tokens } = session
      if (tokens && tokens.accessToken === refused) session.refused = tokens.jti
      return (await credentials.tokens(owner, !!refused, signal)).accessToken
    },
    subscribe: (listener) => events.on('change', listener),
    on: events.on,
    destroy() {
      closed()
      sleep?.()
      refresher.stop()
      tabs.close()
      session.end('destroyed')
      destroyed.abort(new SignedOutError('destroyed'))
    },
  }
  return {
    client,
    reconfigure(latest) {
      config = latest
    },
  }
}
