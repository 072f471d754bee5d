import { createGuard, type RevocationSource } from '@sessionward/guard'
import { accounts } from './accounts/accounts.js'
import { type AccountAdministration, createAccountAdministration } from './accounts/administration.js'
import { createPasswords } from './accounts/passwords.js'
import { createSignIn } from './accounts/sign-in.js'
import { checkAccountCalls } from './calls/accounts.js'
import { checkIdentify } from './calls/legacy-identity.js'
import { createSessionCalls, type Sessions, type SubjectOf } from './calls/session-calls.js'
import { checkProfileChange, checkRotate } from './calls/sessions.js'
import { warnOfAdoptLegacy } from './config/adopt-legacy.js'
import { warnOfLongTokens } from './config/lifetimes.js'
import { type Config, readOptions } from './config.js'
import { checkDirectory } from './directory/checked-directory.js'
import { type AuthEvent, createEvents } from './events.js'
import { createHandler, type RequestInfo } from './http/handler.js'
import { accessCookie, noAccessCookie } from './http/transport/access-cookie.js'
import { bodyTransport } from './http/transport/body.js'
import { cookieTransport } from './http/transport/cookie.js'
import { singleTokenTransport } from './http/transport/single-token.js'
import { createIdleTime } from './idle-time.js'
import { keysFromPem } from './keys/key-file.js'
import { createKeyRing, type KeyRing } from './keys/key-ring.js'
import { readGuardCredentials, readMacKeys } from './keys/secrets.js'
import { createAdoption } from './legacy/adoption.js'
import { createLegacyMarks, markEndings } from './legacy/marks.js'
import { createErrorLog, describeError } from './logger.js'
import type { AuthServerOptions } from './options.js'
import { createProfileInvalidation } from './profiles/invalidation.js'
import { rememberProfiles } from './profiles/memory-cache.js'
import { createProfileReader } from './profiles/reader.js'
import { createGate } from './protection/gate.js'
import { createThrottle } from './protection/throttle.js'
import { createRevocationFeed } from './revocation/feed.js'
import { openJournal } from './revocation/journal.js'
import { LiveStreams } from './revocation/live-streams.js'
import { createRevocationOutbox } from './revocation/outbox.js'
import { relayOfIssuer } from './revocation/relay-of-issuer.js'
import { createRevocationRetention } from './revocation/retention.js'
import { createSessionEndings } from './revocation/session-endings.js'
import { profileGracePeriod } from './session/policy.js'
import { createSessionService } from './session-service.js'
import { createClockOffset } from './store/clock-offset.js'
import { requireSchema } from './store/schema-version.js'
import { type Store, StoreUnavailableError } from './store/store.js'
import { createSweeper } from './store/sweeper.js'
import { createTokenMint } from './tokens/mint.js'
import { createTokenReader } from './tokens/token-reader.js'
import { createVerifier } from './tokens/verify-access-token.js'

/** The auth server: a fetch handler, and the same operations as typed calls. */
export interface AuthServer {
  /** The option `issuer`. */
  readonly issuer: string
  /** Answers a request. Never rejects. */
  fetch(request: Request, info?: RequestInfo): Promise<Response>
  /** Whether a path belongs to the auth server; an adapter passes every other one on. */
  owns(path: string): boolean
  /** The same for frameworks that route by patterns, such as `/auth/*` and `/.well-known/jwks.json`. */
  readonly paths: readonly string[]
  /** Starts, refreshes, lists and ends sessions. */
  readonly sessions: Sessions
  /** The built-in accounts; undefined if the option `directory` is set. */
  readonly accounts: AccountAdministration | undefined
  /** Tells guards that a profile has changed. */
  readonly profiles: {
    /**
     * Makes guards ask for a refresh of the access tokens issued before this call, so that tokens contain the new profile.
     * Nobody is signed out. Call it after a change of a person, or less than 30 seconds before it; with a cache, for every
     * change that `profile` returns.
     *
     * @param version The version of the profile after the change: a whole number that grows.
     */
    changed(owner: SubjectOf, version: number): Promise<void>
  }
  /** The public keys, and their rotation. */
  readonly keys: Pick<KeyRing, 'jwks' | 'rotate'>
  /** The revocation feed, for guards in the same process: `createGuard({ issuer, audience, feed: auth.revocations })`. */
  readonly revocations: RevocationSource
  /** Calls the listener for every event. @returns a function that removes the listener. */
  on(listener: (event: AuthEvent) => void): () => void
  /**
   * Counters since the process started; `live_streams`: how many browsers have an event stream open here; and
   * `clock_offset_seconds`: how far the database's clock is ahead.
   */
  figures(): Readonly<Record<string, number>>
  /** Resolves when the store answers and the signing keys are loaded. You need not call it before `fetch`. */
  ready(): Promise<void>
  /** Ends feeds and timers, and closes the store when pending writes are done. */
  close(): Promise<void>
}

/**
 * Creates an auth server.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function createAuthServer(options: AuthServerOptions): AuthServer {
  const config = readOptions(options)
  const { logger } = config
  const clockOffset = createClockOffset((message) => logger.warn(message))
  const store: Store = {
    ...config.store,
    now: () =>
      clockOffset.measure(
        () => config.store.now(),
        (now) => now,
      ),
  }
  const { sessions: stored } = store
  const events = createEvents(store.events, logger)
  const retention = createRevocationRetention(store.counters, config.lifetimes.accessToken)
  const idleTime = createIdleTime()
  const feed = createRevocationFeed({
    // Every few seconds while there are requests: often enough to follow a clock that was set.
    sessions: {
      revokedSince: (from) =>
        clockOffset.measure(
          () => stored.revokedSince(from),
          ({ now }) => now,
        ),
    },
    relay: store.relay ?? (config.cache?.relay && relayOfIssuer(config.iss, config.cache.relay)),
    idleTime,
    idleAfter: config.lifetimes.accessToken,
    logger,
  })
  const ring = keysOf(config, store)
  const isGuardCredential = readGuardCredentials(config.secrets.guards)
  const builtIn = options.directory ? undefined : accounts(store, createPasswords(options.passwords), options.accounts)
  const directory = builtIn ?? checkDirectory(options.directory!, events.count)
  const journal = config.journal === null ? undefined : openJournal(config.journal)
  const outbox = createRevocationOutbox({ feed, journal, sessions: store.sessions, count: events.count, logger })
  const { cache } = config
  const reader = createProfileReader({
    directory,
    cache: cache?.profiles,
    issuer: config.iss,
    count: events.count,
    logger,
  })
  // Changes of built-in accounts are all seen here; an application may forget to report one of its own users.
  const profiles = builtIn && !cache ? rememberProfiles(reader) : reader
  const macKeys = readMacKeys(config.secrets.refresh)
  const tokens = createTokenMint({ ...config, issuer: config.iss, macKeys, currentKey: ring.current })
  const verify = createVerifier({ ...config, issuer: config.iss, jwks: ring.jwks })
  const marks = config.legacy && createLegacyMarks(store.counters, config.legacy)
  const endings = createSessionEndings({ store, events, retention, ...outbox })
  const sessions = createSessionService({
    store,
    profiles,
    events,
    readToken: createTokenReader({ store, macKeys, verify }),
    kind: config.kind,
    lifetimes: config.lifetimes,
    policy: config.policy,
    confirmation: config.confirmation,
    recovery: config.recovery,
    clientId: config.clientId,
    retention,
    tokens,
    endings: marks ? markEndings(endings, marks, store.now) : endings,
  })
  const adopt =
    config.legacy &&
    marks &&
    createAdoption({
      rules: { ...config.legacy, identify: checkIdentify(config.legacy.identify, events.count) },
      issuer: config.iss,
      store,
      sessions,
      marks,
      events,
    })
  const live = new LiveStreams({ feed, idleTime, stateOf: sessions.stateOf })
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
    // The database dates the tokens.
    now: () => Date.now() + clockOffset.milliseconds(),
    keys: () => ring.jwks(),
    feed: feed.whileActive,
  })
  const scheme = { base: config.cookieName, secure: config.secure }
  const body = config.kind.name === 'sliding' ? singleTokenTransport : bodyTransport
  const access = config.accessCookie ? accessCookie(config.accessCookie, logger) : noAccessCookie
  const transports = { cookie: cookieTransport({ scheme, origins: config.origins, sessions, access }), body }
  const logError = createErrorLog(logger)
  const gate = createGate({
    rule: config.captcha,
    before: config.before,
    oneTimeValues: store.oneTimeValues,
    now: () => Date.now() + clockOffset.milliseconds(),
    count: events.count,
    report: (error) => logError(`a captcha could not be checked: ${describeError(error)}`),
  })
  if (config.legacy) warnOfAdoptLegacy(config.legacy, Date.now(), logger)
  warnOfLongTokens(config.lifetimes.accessToken, logger)

  const ready = once(async () => {
    await store.now()
    await requireSchema(store)
    await ring.current()
    await retention.record()
    await outbox.recover()
  })
  // At once, so that secrets that do not fit and missing tables show at the start and not at the first request. A caller of
  // `ready` learns it by the rejection.
  let closed = false
  let isAwaited = false
  ready().catch((error: unknown) => {
    if (closed || isAwaited) return
    if (error instanceof StoreUnavailableError) logger.warn(`the auth server is not ready yet: ${describeError(error)}`)
    else logError(`the auth server cannot serve requests: ${describeError(error)}`)
  })
  const handler = createHandler({
    config,
    transports,
    adopt,
    sessions,
    stored,
    people,
    gate,
    directory,
    guard,
    feed,
    live,
    jwks: () => ring.jwks(),
    probe: async () => {
      await store.now()
      await ready()
    },
    isGuardCredential,
    report(error) {
      events.count('error')
      logError(`a request could not be answered: ${describeError(error)}`)
    },
    logger,
  })
  /** What a request waits for. */
  const resume = () => {
    idleTime.reset()
    return feed.resume()
  }
  const fetch: AuthServer['fetch'] = async (request, info) => {
    const resuming = resume()
    if (resuming) await resuming
    return handler.fetch(request, info)
  }
  answerers.set(fetch, async (request, info) => {
    const resuming = resume()
    if (resuming) await resuming
    return handler.answer(request, info)
  })
  return {
    issuer: config.iss,
    fetch,
    owns: handler.owns,
    paths: handler.paths,
    sessions: createSessionCalls({ kind: config.kind, transports, sessions, people, stored }),
    accounts:
      builtIn &&
      checkAccountCalls(
        createAccountAdministration({
          accounts: builtIn,
          sessions,
          store,
          profiles,
          feed,
          invalidation,
          retention,
        }),
      ),
    profiles: {
      async changed(owner, version) {
        const who = checkProfileChange(owner, version)
        await store.sessions.outdateProfile(who, profileGracePeriod)
        feed.publish([await store.sessions.recordProfileChange(who, version, await retention.seconds())])
        profiles.forget(who)
      },
    },
    keys: {
      jwks: ring.jwks,
      async rotate(options) {
        checkRotate(options)
        return ring.rotate(options)
      },
    },
    revocations: feed,
    on: events.on,
    figures: () => ({
      ...events.figures(),
      live_streams: live.size,
      clock_offset_seconds: Math.round(clockOffset.milliseconds()) / 1000,
    }),
    ready() {
      isAwaited = true
      return ready()
    },
    async close() {
      closed = true
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

/** Answers a request without a `Request` and a `Response`, for the adapters of Node. */
export type Answerer = ReturnType<typeof createHandler>['answer']

const answerers = new WeakMap<AuthServer['fetch'], Answerer>()

/** @returns undefined where `fetch` is a function of the application, which may change the request or the answer. */
export function answererOf({ fetch }: Pick<AuthServer, 'fetch'>): Answerer | undefined {
  return answerers.get(fetch)
}

function keysOf(config: Config, store: Store): KeyRing {
  const { algorithm, lifetimes, secrets, signingKey } = config
  if (signingKey !== null) return keysFromPem(signingKey, algorithm)
  return createKeyRing(store.keys, store.now, {
    algorithm,
    seal: secrets.seal,
    accessTokenLifetime: lifetimes.accessToken,
  })
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
