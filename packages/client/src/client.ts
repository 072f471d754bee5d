import type { ReplacedBy, User } from '@sessionward/protocol'
import { createAccount, type SignIn } from './account.js'
import { type Attachable, attachable } from './attach/attachable.js'
import { authenticatedFetch } from './authenticated-fetch.js'
import { type ClientConfig, type ClientOptions, readOptions } from './config.js'
import { createAccessTokens } from './current-access-token.js'
import { SignedOutError, type SignOutReason } from './errors.js'
import { type ClientEvents, createEvents } from './events.js'
import { createRefresher } from './refresher.js'
import { createReplay } from './request-replay.js'
import { type ClientState, createSession, type SessionInfo } from './session.js'
import { createSignOutMark } from './sign-out-mark.js'
import { openTabs } from './tabs/channel.js'
import { createPublish } from './tabs/publish.js'
import { openLock } from './tabs/web-lock.js'
import { endWithBrowser } from './vault/end-with-browser.js'
import { keepUnsaved } from './vault/unsaved.js'
import type { VaultRecord } from './vault/vault.js'

/**
 * The client of one auth server, as `createClient` returns it. `U`: what the directory returns about a person. `I`: what a sign-in
 * needs; another backend may want other fields.
 */
export interface Client<U = User, I extends object = SignIn> {
  /** Whether somebody is signed in, and what the client is doing about it. */
  readonly state: ClientState
  /** Why nobody is signed in, or why the person must sign in again. */
  readonly reason: SignOutReason | undefined
  /**
   * When and from which device the account signed in elsewhere, where `reason` is `session_replaced` because of the auth
   * server's session policy.
   */
  readonly replacedBy: ReplacedBy | undefined
  /** Who is signed in; undefined if nobody is, and while `state` is `unknown`. */
  readonly user: U | undefined
  /** Id, generation and times of the session; undefined if nobody is signed in. Its times are in seconds. */
  readonly session: SessionInfo | undefined
  /**
   * Signs a person in. `input`: user name and password, and further members that go along, such as `captcha` and `device`.
   *
   * @returns who is signed in now
   * @throws SignInError if the auth server refuses it, or cannot be reached
   */
  signIn<T extends I>(input: T): Promise<U>
  /**
   * Takes over the session that the page's own sign-in has just started on the auth server: it refreshes with the newest
   * cookie, whichever session this browser used before. A page does so by itself when it opens. With transport `body` there
   * is no cookie, and the current session is refreshed.
   *
   * @returns the person; undefined if nobody is signed in.
   * @throws RefreshUnavailableError, RefreshRefusedError
   */
  adopt(): Promise<U | undefined>
  /**
   * `fetch`, with the access token on requests to the server, the page's own origin and `origins`. It needs no `this`, so
   * you can pass it to a library that accepts a `fetch`: `axios.create({ adapter: 'fetch', env: { fetch: client.fetch } })`.
   * Axios reports the errors of this client as the `cause` of its own.
   *
   * @throws SignedOutError, SessionChangedError, RefreshUnavailableError, RefreshRefusedError, and what `fetch` throws.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /**
   * A fresh access token, for connections that cannot use `fetch`: WebSocket, EventSource. `refused`: the token that a
   * server refused (close code 4401, 1008); it is replaced, unless there is already a newer one.
   *
   * @throws SignedOutError, RefreshUnavailableError, RefreshRefusedError, or the signal's reason.
   */
  token(options?: { readonly refused?: string | undefined; readonly signal?: AbortSignal | undefined }): Promise<string>
  /**
   * Signs out here and in the other tabs at once, then at the auth server. `everywhere`: on all devices.
   *
   * @throws SignOutError if the auth server did not confirm it.
   */
  signOut(options?: { readonly everywhere?: boolean | undefined }): Promise<void>
  /** Calls the listener after `state`, `user` or `session` changed. @returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void
  /** Calls the listener for each event of that name. @returns a function that removes the listener. */
  on<K extends keyof ClientEvents<U>>(name: K, listener: (event: ClientEvents<U>[K]) => void): () => void
  /** @internal For `attachAxios` and its like. */
  readonly [attachable]: Attachable
  /** Releases timers, channels and listeners. Nobody is signed out; requests that still wait are rejected. */
  destroy(): void
}

interface Instance {
  readonly client: Client
  readonly config: ClientConfig
}

const instances = Symbol.for('sessionward.clients')

/**
 * The client of one auth server. In a browser there is one for each `server`, `basePath` and `clientId`: a second call
 * returns the same client, with the new `origins` and `onReauth`.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function createClient<U = User, I extends object = SignIn>(options: ClientOptions<U>): Client<U, I> {
  // What the directory returns about a person is passed through as it is.
  const config = readOptions(options as ClientOptions)
  const { name, origins, onReauth } = config
  // On `globalThis`, since hot reload and micro-frontends load this module more than once. On a server, where many
  // people share one global, each has an own one.
  const page = globalThis as { [instances]?: Map<string, Instance> }
  page[instances] ??= new Map<string, Instance>()
  const clients = config.environment.page ? page[instances] : new Map<string, Instance>()
  const instance = clients.get(name) ?? { config, client: openClient(config, () => clients.delete(name)) }
  clients.set(name, instance)
  Object.assign(instance.config, { origins, onReauth })
  return instance.client as Client<never, never>
}

function openClient(config: ClientConfig, closed: () => void): Client {
  const { environment, name } = config
  const events = createEvents()
  const session = createSession(config, events)
  const destroyed = new AbortController()

  const shared = (config.vault ?? environment.openVault<VaultRecord>)(name, environment)
  const vault = keepUnsaved(
    endWithBrowser(shared, config.backend.transport, name, environment),
    config.every !== undefined,
  )
  const tabs = openTabs(config, session, () => refresher)
  const publish = createPublish(vault, tabs, session, config)
  const lock = openLock(config)
  const mark = createSignOutMark(config)
  const tools = { config, events, session, vault, tabs, publish, lock, mark }
  const refresher = createRefresher(tools)
  const accessTokens = createAccessTokens(config, session, refresher, events)
  const replay = createReplay(config, session, accessTokens, refresher, events)
  if (environment.page) {
    environment.onWake(refresher.wake, destroyed.signal)
    environment.onHide(refresher.freeze, destroyed.signal)
    void refresher.refresh()
    // If it cannot be loaded, the client learns of the end with the next answer.
    if (config.live)
      import('./live/live.js').then(
        ({ openLive }) => openLive(tools, refresher, destroyed.signal),
        () => {},
      )
  }

  const account = createAccount(tools, refresher, destroyed.signal)
  config.signIn = account.signIn
  return {
    get state() {
      return session.state
    },
    get reason() {
      return session.reason
    },
    get replacedBy() {
      return session.reason === 'session_replaced' ? session.replacedBy : undefined
    },
    get user() {
      return session.state === 'unknown' ? undefined : session.user
    },
    get session() {
      return session.tokens?.session
    },
    ...account,
    fetch: authenticatedFetch(config, replay),
    async token({ refused, signal = destroyed.signal } = {}) {
      const owner = await accessTokens.owner(signal)
      const { tokens } = session
      if (tokens && tokens.accessToken === refused) tokens.refused = true
      return (await accessTokens.tokens(owner, signal)).accessToken
    },
    subscribe: (listener) => events.on('change', listener),
    on: events.on,
    [attachable]: { config, replay, session, wake: refresher.wake },
    destroy() {
      closed()
      tabs.close()
      session.end('destroyed')
      refresher.settle()
      destroyed.abort(new SignedOutError('destroyed'))
    },
  }
}
