import { createGuard, type RevocationSource } from '@sessionward/guard'
import { createAccounts } from './accounts/accounts.js'
import { type AccountAdministration, createAccountAdministration } from './accounts/administration.js'
import { createPasswords } from './accounts/passwords.js'
import { createSignInService } from './accounts/sign-in.js'
import { checkAccountCalls } from './calls/account-calls.js'
import { checkIdentify } from './calls/check-identity.js'
import { checkProfileChange, checkRotate } from './calls/check-input.js'
import { createSessionCalls, type Sessions, type SubjectOf } from './calls/session-calls.js'
import { warnOfAdoptLegacy } from './config/adopt-legacy.js'
import { warnOfLongTokens } from './config/lifetimes.js'
import { type Config, readOptions } from './config.js'
import { checkDirectory } from './directory/check-directory.js'
import { type AuthEvent, createEvents } from './events.js'
import { createHandler, type RequestInfo } from './http/handler.js'
import { accessCookie, noAccessCookie } from './http/transport/access-cookie.js'
import { bodyTransport } from './http/transport/body.js'
import { cookieTransport } from './http/transport/cookie.js'
import { singleTokenTransport } from './http/transport/single-token.js'
import { createIdleTime } from './idle-time.js'
import { createKeyRing, type KeyRing } from './keys/key-ring.js'
import { keyRingFromPem } from './keys/pem-keys.js'
import { readGuardCredentials, readMacKeys } from './keys/secrets.js'
import { createAdoption } from './legacy/adoption.js'
import { closeOnEndAll, createLegacyMarks } from './legacy/marks.js'
import { createErrorLog, describeError } from './logger.js'
import type { AuthServerOptions } from './options.js'
import { createProfileInvalidation } from './profiles/invalidation.js'
import { cacheProfilesInMemory } from './profiles/memory-cache.js'
import { createProfileReader } from './profiles/reader.js'
import { createAttemptChecks } from './protection/attempt-checks.js'
import { createThrottle } from './protection/throttle.js'
import { createRevocationFeed } from './revocation/feed.js'
import { openJournal } from './revocation/journal.js'
import { LiveStreams } from './revocation/live-streams.js'
import { createRevocationOutbox } from './revocation/outbox.js'
import { relayOfIssuer } from './revocation/relay-of-issuer.js'
import { createRevocationRetention } from './revocation/retention.js'
import { createSessionEndings } from './revocation/session-endings.js'
import { profileGracePeriod } from './session/lifetime.js'
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
  /** The paths of the auth server as route patterns, such as `/auth/*` and `/.well-known/jwks.json`. */
  readonly paths: readonly string[]
  /** Starts, refreshes, lists and ends sessions. */
  readonly sessions: Sessions
  /** The built-in accounts; undefined if the option `directory` is set. */
  readonly accounts: AccountAdministration | undefined
  /** Notifies guards of profile changes. */
  readonly profiles: {
    /**
     * Makes guards require a refresh of access tokens that were issued before this call, so that tokens contain the new profile. Nobody
     * is signed out. Call it after a change, or less than 30 seconds before it; with a cache, for every change of what `profile`
     * returns.
     *
     * @param version The version of the profile after the change: a whole number that increases.
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
   * Counters since the process started; `live_streams`: number of open event streams of browsers; and `clock_offset_seconds`: how far
   * the database's clock is ahead. docs/monitoring.md explains every name.
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
  const { sessions: sessionStore } = store
  const events = createEvents(store.events, logger)
  const retention = createRevocationRetention(store.counters, config.lifetimes.accessToken)
  const idleTime = createIdleTime()
  const feed = createRevocationFeed({
    // The feed reads every few seconds while there are requests, often enough to follow changes of the clock.
    sessions: {
      revokedSince: (from) =>
        clockOffset.measure(
          () => sessionStore.revokedSince(from),
          ({ now }) => now,
        ),
    },
    relay: store.relay ?? (config.cache?.relay && relayOfIssuer(config.iss, config.cache.relay)),
    idleTime,
    idleAfter: config.lifetimes.accessToken,
    logger,
  })
  const keyRing = createKeys(config, store)
  const isGuardCredential = readGuardCredentials(config.secrets.guards)
  const builtIn = options.directory
    ? undefined
    : createAccounts(store, createPasswords(options.passwords), options.accounts)
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
  // Only for built-in accounts, whose changes all pass through here. An application may not report every change of its users.
  const profileReader = builtIn && !cache ? cacheProfilesInMemory(reader) : reader
  const macKeys = readMacKeys(config.secrets.refresh)
  const tokens = createTokenMint({ ...config, issuer: config.iss, macKeys, currentKey: keyRing.current })
  const verify = createVerifier({ ...config, issuer: config.iss, jwks: keyRing.jwks })
  const marks = config.legacy && createLegacyMarks(store.counters, config.legacy)
  const endings = createSessionEndings({ store, events, retention, ...outbox })
  const sessions = createSessionService({
    store,
    profileReader,
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
    endings: marks ? closeOnEndAll(endings, marks, store.now) : endings,
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
  const liveStreams = new LiveStreams({ feed, idleTime, stateOf: sessions.stateOf })
  const invalidation = createProfileInvalidation(store.sessions)
  const throttle = createThrottle(store.counters, options.throttle)
  const signInService = createSignInService({
    store,
    directory,
    throttle,
    sessions,
    events,
    registration: config.registration,
  })
  // Timers start here, after everything that may throw.
  const sweeper = createSweeper(store, idleTime, events.count)
  const guard = createGuard({
    issuer: config.iss,
    audience: config.audience,
    algorithms: [config.algorithm],
    types: [config.tokenType],
    maxLifetime: config.lifetimes.accessToken,
    // Tokens are dated by the database's clock.
    now: () => Date.now() + clockOffset.milliseconds(),
    keys: () => keyRing.jwks(),
    feed: feed.whileActive,
  })
  const scheme = { base: config.cookieName, secure: config.secure }
  const body = config.kind.name === 'sliding' ? singleTokenTransport : bodyTransport
  const access = config.accessCookie ? accessCookie(config.accessCookie, logger) : noAccessCookie
  const transports = { cookie: cookieTransport({ scheme, origins: config.origins, sessions, access }), body }
  const logError = createErrorLog(logger)
  const attemptChecks = createAttemptChecks({
    rule: config.captcha,
    before: config.before,
    oneTimeValues: store.oneTimeValues,
    now: () => Date.now() + clockOffset.milliseconds(),
    count: events.count,
    report: (error) => logError(`a captcha could not be checked: ${describeError(error)}`),
  })
  if (config.legacy) warnOfAdoptLegacy(config.legacy, Date.now(), logger)
  warnOfLongTokens(config.lifetimes.accessToken, logger)

  const ready = prepareOnce(async () => {
    await store.now()
    await requireSchema(store)
    await keyRing.current()
    await retention.record()
    await outbox.recover()
  })
  // Called immediately, so that wrong secrets and missing tables are reported at start-up. A caller of `ready` gets the rejection.
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
    sessionStore,
    signInService,
    attemptChecks,
    directory,
    guard,
    feed,
    liveStreams,
    jwks: () => keyRing.jwks(),
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
  /** Each request waits for this. */
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
    sessions: createSessionCalls({ kind: config.kind, transports, sessions, signInService, sessionStore }),
    accounts:
      builtIn &&
      checkAccountCalls(
        createAccountAdministration({
          accounts: builtIn,
          sessions,
          store,
          profileReader,
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
        profileReader.invalidate(who)
      },
    },
    keys: {
      jwks: keyRing.jwks,
      async rotate(options) {
        checkRotate(options)
        return keyRing.rotate(options)
      },
    },
    revocations: feed,
    on: events.on,
    figures: () => ({
      ...events.figures(),
      live_streams: liveStreams.size,
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
      await events.drain()
      await config.cache?.close()
      await store.close()
    },
  }
}

/** Answers a request without a `Request` and a `Response`, for the adapters of Node. */
export type Answerer = ReturnType<typeof createHandler>['answer']

const answerers = new WeakMap<AuthServer['fetch'], Answerer>()

/** @returns undefined if `fetch` is the application's own function, which may change the request or the answer. */
export function findAnswerer({ fetch }: Pick<AuthServer, 'fetch'>): Answerer | undefined {
  return answerers.get(fetch)
}

function createKeys(config: Config, store: Store): KeyRing {
  const { algorithm, lifetimes, secrets, signingKey } = config
  if (signingKey !== null) return keyRingFromPem(signingKey, algorithm)
  return createKeyRing(store.keys, store.now, {
    algorithm,
    seal: secrets.seal,
    accessTokenLifetime: lifetimes.accessToken,
  })
}

/** Runs once at a time, until it has succeeded. */
function prepareOnce(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= run().catch((error) => {
      running = undefined
      throw error
    })
    return running
  }
}
