import { createGuard, type RequestHeaders, type RevocationSource } from '@sessionward/guard'
import type { SessionEndReason, TokenAnswer } from '@sessionward/protocol'
import { accounts } from './accounts/accounts.js'
import { type AccountAdministration, createAccountAdministration } from './accounts/administration.js'
import { createPasswords } from './accounts/passwords.js'
import { createSignIn, type SignIn } from './accounts/sign-in.js'
import { type Config, readOptions, word } from './config.js'
import { checkFurtherClaims } from './directory/profile-claims.js'
import { type AuthEvent, createEvents } from './events.js'
import { createHandler, type RequestInfo } from './http/handler.js'
import { cookieSource } from './http/header-source.js'
import { bodyTransport } from './http/transport/body.js'
import { cookieTransport } from './http/transport/cookie.js'
import { createIdleTime } from './idle-time.js'
import { keyFromPem } from './keys/key-file.js'
import { createKeyRing, type KeyRing } from './keys/key-ring.js'
import { readGuardCredentials, readMacKeys } from './keys/secrets.js'
import type { AuthServerOptions } from './options.js'
import { createProfileInvalidation } from './profiles/invalidation.js'
import { rememberProfiles } from './profiles/memory-cache.js'
import { createProfileReader } from './profiles/reader.js'
import { createThrottle } from './protection/throttle.js'
import { createRevocationFeed } from './revocation/feed.js'
import { openJournal } from './revocation/journal.js'
import { createRevocationOutbox } from './revocation/outbox.js'
import { relayOfIssuer } from './revocation/relay-of-issuer.js'
import type { NewSession } from './session/new-session.js'
import { profileSettling } from './session/policy.js'
import { type SessionSummary, summaryOf } from './session/summary.js'
import { createSessionService, type Presentation } from './session-service.js'
import type { Owner, Store } from './store/store.js'
import { createSweeper } from './store/sweeper.js'
import { createTokenMint, type Issued } from './tokens/mint.js'

/** Tokens for a session that began in process. */
export interface StartedSession extends TokenAnswer {
  /** Set-Cookie values to send along, where the session's transport is `cookie`. */
  readonly setCookies: readonly string[]
}

/** Where a sign-in comes from. */
export interface FromBrowser {
  /** `Headers`, or a plain object such as Node's `req.headers`. Only `Cookie` is read. */
  readonly headers: RequestHeaders
}

/** Whose sessions are meant. Default tenant: the only one. */
export type SubjectOf = Pick<Owner, 'subject'> & Partial<Owner>

/** The sessions of an auth server, as typed calls. */
export interface Sessions {
  /**
   * Starts a session for somebody whom something else has authenticated: OIDC, Passport, SMS.
   *
   * @param browser `headers` of the browser's request: then the browser's earlier sessions of this client end, as at
   * POST /auth/login, and `setCookies` clears their cookies. Default: they stay, and the latest sign-in wins.
   * @throws TypeError that names the input; AnswerError `account_disabled`.
   */
  start(input: NewSession, browser?: FromBrowser): Promise<StartedSession>
  /**
   * Checks a user name and a password, and starts a session.
   *
   * @param browser As for `start`.
   * @throws AnswerError `invalid_credentials`, `too_many_attempts`, `account_disabled`, `service_unavailable`.
   */
  signIn(input: SignIn, browser?: FromBrowser): Promise<StartedSession>
  /** Exchanges a refresh token, as POST /auth/refresh does. @throws AnswerError with the code that it would answer. */
  refresh(presentation: Presentation): Promise<StartedSession>
  /** Ends one session; guards refuse its access tokens within a second. Default reason `session_revoked`. */
  end(sid: string, reason?: SessionEndReason): Promise<void>
  /** Ends every session of a subject. Default reason `session_revoked`. @returns how many there were. */
  endAll(owner: SubjectOf, reason?: SessionEndReason): Promise<number>
  /** The active sessions of a subject, the newest first. Nothing in them can be used to sign in. */
  list(owner: SubjectOf): Promise<readonly SessionSummary[]>
}

/** The auth server: one handler for the web, and the same operations as typed calls. */
export interface AuthServer {
  readonly issuer: string
  /** Answers a request. Never rejects. */
  fetch(request: Request, info?: RequestInfo): Promise<Response>
  /** Whether a path belongs to the auth server; an adapter hands every other one on. */
  owns(path: string): boolean
  readonly sessions: Sessions
  /** The built-in accounts; undefined where `directory` was given. */
  readonly accounts: AccountAdministration | undefined
  readonly profiles: {
    /**
     * Sends access tokens that were issued before now back to be refreshed, so that they say what the directory says. Nobody
     * is signed out. Call it at a change of a person, or less than 30 seconds before it; with a cache, at each change that
     * `profile` shows.
     *
     * @param version The profile's version after the change: a whole number that grows.
     */
    changed(owner: SubjectOf, version: number): Promise<void>
  }
  readonly keys: Pick<KeyRing, 'jwks' | 'rotate'>
  /** The revocation feed, for guards in the same process: `createGuard({ issuer, audience, feed: auth.revocations })`. */
  readonly revocations: RevocationSource
  /** What happens, as it happens. @returns what ends the listening. */
  on(listener: (event: AuthEvent) => void): () => void
  /** How often what happened since the process began. */
  figures(): Readonly<Record<string, number>>
  /** Resolves when the store answers and the signing keys are there. `fetch` waits for it by itself. */
  ready(): Promise<void>
  /** Ends feeds and timers and closes the store, once what was begun is written. */
  close(): Promise<void>
}

/** Seconds that a guard may lag behind our clock: revocations are kept for an access token's lifetime and this. */
const clockTolerance = 60

/**
 * Builds an auth server.
 *
 * @throws TypeError that names the option that was wrong and what was expected.
 */
export function createAuthServer(options: AuthServerOptions): AuthServer {
  const config = readOptions(options)
  const { store } = config
  const events = createEvents(store.events)
  const keepRevoked = config.lifetimes.accessToken + clockTolerance
  const idleTime = createIdleTime()
  const feed = createRevocationFeed({
    sessions: store.sessions,
    relay: store.relay ?? (config.cache?.relay && relayOfIssuer(config.iss, config.cache.relay)),
    idleTime,
    idleAfter: keepRevoked,
  })
  const ring = keysOf(config)
  const isGuardCredential = readGuardCredentials(config.secrets.guards)
  const builtIn = options.directory ? undefined : accounts(store, createPasswords(options.passwords), options.accounts)
  const directory = options.directory ?? builtIn!
  const journal = config.journal === null ? undefined : openJournal(config.journal)
  const outbox = createRevocationOutbox({ feed, journal, sessions: store.sessions, count: events.count })
  const { cache } = config
  const reader = createProfileReader({ directory, cache: cache?.profiles, issuer: config.iss, count: events.count })
  // Who has users of their own may forget to say that one of them changed; without a cache nothing is remembered of them.
  const profiles = builtIn && !cache ? rememberProfiles(reader) : reader
  const macKeys = readMacKeys(config.secrets.refresh)
  const tokens = createTokenMint({ ...config, issuer: config.iss, macKeys, currentKey: ring.current })
  const sessions = createSessionService({
    store,
    profiles,
    events,
    macKeys,
    lifetimes: config.lifetimes,
    confirmation: config.confirmation,
    recovery: config.recovery,
    clientId: config.clientId,
    keepRevoked,
    tokens,
    publish: outbox.publish,
    unanswered: outbox.unanswered,
  })
  const invalidation = createProfileInvalidation(store.sessions)
  const throttle = createThrottle(store.counters, options.throttle)
  const people = createSignIn({ store, directory, throttle, sessions, events, registration: config.registration })
  // Timers begin here, once nothing is left that may be refused.
  const sweeper = createSweeper(store, idleTime, events.count)
  const guard = createGuard({
    issuer: config.iss,
    audience: config.audience,
    algorithms: [config.algorithm],
    types: [config.tokenType],
    maxLifetime: config.lifetimes.accessToken,
    keys: () => ring.jwks(),
    feed: feed.whileActive,
  })
  const scheme = { base: config.cookieName, secure: config.secure }
  const transports = { cookie: cookieTransport({ scheme, origins: config.origins, sessions }), body: bodyTransport }

  const ready = once(async () => {
    await store.now()
    await requireSchema(store)
    await ring.current()
    await outbox.recover()
  })
  const handler = createHandler({
    config,
    transports,
    sessions,
    people,
    directory,
    guard,
    feed,
    jwks: () => ring.jwks(),
    probe: async () => {
      await store.now()
      await ready()
    },
    isGuardCredential,
    report: (error) => report(error, events.count),
    logger: console,
  })
  /** The same steps as at POST /auth/login. */
  const signedIn = async (begin: () => Promise<Issued>, browser?: FromBrowser): Promise<StartedSession> => {
    const headers = browser && cookieSource(browser.headers)
    const issued = await begin()
    const transport = transports[issued.session.transport]
    const cleared = headers ? await transport.replaceEarlier(headers, issued.session) : []
    const { answer, setCookies } = transport.write(issued)
    return { ...answer, setCookies: [...cleared, ...setCookies] }
  }

  return {
    issuer: config.iss,
    async fetch(request, info) {
      idleTime.reset()
      const waking = feed.awake()
      if (waking) await waking
      return handler.fetch(request, info)
    },
    owns: handler.owns,
    sessions: {
      start: (input, browser) => signedIn(() => sessions.start(checked(input)), browser),
      signIn: (input, browser) => signedIn(() => people.signIn(input), browser),
      refresh: (presentation) => signedIn(() => sessions.refresh(presentation)),
      end: (sid, reason = 'session_revoked') => sessions.end(sid, reason),
      endAll: (owner, reason = 'session_revoked') => sessions.endAll({ tenant: '', ...owner }, reason),
      list: async (owner) => (await store.sessions.listBySubject({ tenant: '', ...owner })).map(summaryOf),
    },
    accounts:
      builtIn &&
      createAccountAdministration({ accounts: builtIn, sessions, store, profiles, feed, invalidation, keepRevoked }),
    profiles: {
      async changed(owner, version) {
        const who = { tenant: '', ...owner }
        await store.sessions.outdateProfile(who, profileSettling)
        feed.publish([await store.sessions.recordProfileChange(who, version, keepRevoked)])
        profiles.forget(who)
      },
    },
    keys: { jwks: ring.jwks, rotate: ring.rotate },
    revocations: feed,
    on: events.on,
    figures: events.figures,
    ready,
    async close() {
      feed.close()
      guard.close()
      sweeper.close()
      invalidation.close()
      await outbox.close()
      await events.settled()
      await config.cache?.close()
      await store.close()
    },
  }
}

/**
 * What an embedding system says of a session, checked once: much of it is kept for months, and the client id stands in a
 * cookie's name.
 */
function checked(input: NewSession): NewSession {
  const { subject, tenant = '', clientId, transport = 'cookie', claims = {} } = input
  if (typeof subject !== 'string' || subject === '') throw new TypeError('subject must be a text, and not empty')
  if (typeof tenant !== 'string') throw new TypeError('tenant must be a text')
  if (clientId !== undefined) word('clientId', clientId)
  if (transport !== 'cookie' && transport !== 'body') throw new TypeError('transport must be cookie or body')
  checkFurtherClaims('claims', Object.keys(claims))
  return input
}

function keysOf(config: Config): KeyRing {
  const { algorithm, lifetimes, secrets, signingKey, store } = config
  if (signingKey !== null) return keyFromPem(signingKey, algorithm)
  return createKeyRing(store.keys, store.now, {
    algorithm,
    seal: secrets.seal,
    accessTokenLifetime: lifetimes.accessToken,
  })
}

/** @throws Error where tables are missing that the store was told not to make by itself. */
async function requireSchema({ schema }: Store): Promise<void> {
  const pending = await schema?.pending()
  if (!pending?.length) return
  throw new Error(`the database lacks ${pending.length} steps of its schema: run \`sessionward migrate\``)
}

/** One run at a time, remembered when it succeeds and tried again when it failed. */
function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= run().catch((error) => {
      running = undefined
      throw error
    })
    return running
  }
}

/** An error that nobody foresaw: counted, and told to the operator without anything of the request. */
function report(error: unknown, count: (figure: string) => void): void {
  count('error')
  const said = error instanceof Error ? `${error.name}: ${error.message}` : 'something that is not an Error was thrown'
  process.emitWarning(`the auth server could not answer a request: ${said}`, { code: 'SESSIONWARD' })
}
