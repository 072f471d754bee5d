import type { User } from '@sessionward/protocol'
import { createAccount, type SignIn } from './account.js'
import { authenticatedFetch } from './authenticated-fetch.js'
import { type ClientConfig, type ClientOptions, readOptions } from './config.js'
import { createCredentials } from './credentials.js'
import { SignedOutError } from './errors.js'
import { type ClientEvents, createEvents } from './events.js'
import { createRefresher } from './refresher.js'
import { type ClientState, createSession, type SessionInfo } from './session.js'
import { openTabs } from './tabs/channel.js'
import { openLock } from './tabs/open-lock.js'
import { createPublish } from './tabs/publish.js'
import type { VaultRecord } from './vault/vault.js'

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
  readonly config: ClientConfig
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
  const { name, origins, onReauth } = config
  // On `globalThis`, since hot reload and micro-frontends load this module more than once. On a server, where many
  // people share one global, each has an own one.
  const page = globalThis as { [instances]?: Map<string, Instance> }
  page[instances] ??= new Map()
  const clients = config.environment.page ? page[instances] : new Map<string, Instance>()
  const instance = clients.get(name) ?? { config, client: openClient(config, () => clients.delete(name)) }
  clients.set(name, instance)
  Object.assign(instance.config, { origins, onReauth })
  return instance.client
}

function openClient(config: ClientConfig, closed: () => void): Client {
  const { environment, name } = config
  const events = createEvents(environment)
  const session = createSession(config, events)
  const destroyed = new AbortController()

  const vault = environment.openVault<VaultRecord>(name)
  const tabs = openTabs(config, events, {
    hear: (news) => refresher.hear(news, 'another-tab'),
    answer() {
      const { tokens, version } = session
      return tokens && session.usable() && session.aheadIn() > 0 ? { tokens, version } : undefined
    },
  })
  const publish = createPublish(vault, tabs, session, environment)
  const lock = openLock(config)
  const tools = { config, events, session, vault, tabs, publish, lock }
  const refresher = createRefresher(tools)
  const credentials = createCredentials(session, refresher, events)
  if (environment.page) {
    environment.onWake(() => void refresher.wake(), destroyed.signal)
    void refresher.refresh('boot')
  }

  return {
    get state() {
      return session.state
    },
    get reason() {
      return session.reason
    },
    get user() {
      return session.tokens?.user
    },
    get session() {
      return session.tokens?.session
    },
    ...createAccount(tools, refresher, destroyed.signal),
    fetch: authenticatedFetch(config, session, credentials, events),
    async token({ refused, signal = new AbortController().signal } = {}) {
      const owner = await credentials.owner(signal)
      const { tokens } = session
      if (tokens && tokens.accessToken === refused) tokens.refused = true
      return (await credentials.tokens(owner, signal)).accessToken
    },
    subscribe: (listener) => events.on('change', listener),
    on: events.on,
    destroy() {
      closed()
      tabs.close()
      session.end('destroyed')
      refresher.settle()
      destroyed.abort(new SignedOutError('destroyed'))
    },
  }
}
