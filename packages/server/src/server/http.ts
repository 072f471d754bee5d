import { createGuard } from '@sessionward/guard'
import type { SignInService } from '../accounts/sign-in.js'
import type { Answerer, AuthServer } from '../auth-server.js'
import type { Config } from '../config.js'
import type { Directory } from '../directory/directory.js'
import type { Events } from '../events.js'
import { createHandler } from '../http/handler.js'
import { accessCookie, noAccessCookie } from '../http/transport/access-cookie.js'
import { bodyTransport } from '../http/transport/body.js'
import { cookieTransport } from '../http/transport/cookie.js'
import { singleTokenTransport } from '../http/transport/single-token.js'
import type { Transports } from '../http/transport/transport.js'
import type { IdleTime } from '../idle-time.js'
import type { Adopt } from '../legacy/adoption.js'
import { describeError } from '../logger.js'
import { createAttemptChecks } from '../protection/attempt-checks.js'
import type { RevocationFeed } from '../revocation/feed.js'
import type { LiveStreams } from '../revocation/live-streams.js'
import type { SessionService } from '../session-service.js'
import type { ClockOffset } from '../store/clock-offset.js'
import type { Store } from '../store/store.js'
import type { Keys } from './keys.js'
import type { Readiness } from './start-up.js'

interface Parts {
  readonly config: Config
  readonly store: Store
  readonly clockOffset: ClockOffset
  readonly events: Events
  readonly idleTime: IdleTime
  readonly keys: Keys
  readonly directory: Directory
  readonly feed: RevocationFeed
  readonly liveStreams: LiveStreams
  readonly sessions: SessionService
  readonly adopt: Adopt | undefined
  readonly signInService: SignInService
  readonly readiness: Pick<Readiness, 'probe'>
  readonly logError: (message: string) => void
}

/** The endpoints of an auth server. */
export function createHttp(parts: Parts) {
  const { config, store, clockOffset, events, keys, feed, logError } = parts
  const { logger } = config
  /** The time on the store's clock, without a read. */
  const now = () => Date.now() + clockOffset.milliseconds()
  const transports = createTransports(config, parts.sessions)
  const attemptChecks = createAttemptChecks({
    rule: config.captcha,
    before: config.before,
    oneTimeValues: store.oneTimeValues,
    now,
    count: events.count,
    report: (error) => logError(`a captcha could not be checked: ${describeError(error)}`),
  })
  const guard = createOwnGuard(config, keys, feed, now)
  const handler = createHandler({
    config,
    transports,
    adopt: parts.adopt,
    sessions: parts.sessions,
    sessionStore: store.sessions,
    signInService: parts.signInService,
    attemptChecks,
    directory: parts.directory,
    guard,
    feed,
    liveStreams: parts.liveStreams,
    jwks: () => keys.ring.jwks(),
    probe: parts.readiness.probe,
    isGuardCredential: keys.isGuardCredential,
    report(error) {
      events.count('error')
      logError(`a request could not be answered: ${describeError(error)}`)
    },
    logger,
  })
  /** Each request waits for this, if it returns a promise. */
  const resume = () => {
    parts.idleTime.reset()
    return feed.resume()
  }
  const fetch: AuthServer['fetch'] = async (request, info) => {
    const resuming = resume()
    if (resuming) await resuming
    return handler.fetch(request, info)
  }
  const answer: Answerer = async (request, info) => {
    const resuming = resume()
    if (resuming) await resuming
    return handler.answer(request, info)
  }
  return { fetch, answer, owns: handler.owns, paths: handler.paths, transports, close: () => guard.close() }
}

function createTransports(config: Config, sessions: SessionService): Transports {
  const { cookieName, secure, origins, kind, logger } = config
  const access = config.accessCookie ? accessCookie(config.accessCookie, logger) : noAccessCookie
  return {
    cookie: cookieTransport({ scheme: { base: cookieName, secure }, origins, sessions, access }),
    body: kind.name === 'sliding' ? singleTokenTransport : bodyTransport,
  }
}

/** The guard of the auth server's own endpoints. */
function createOwnGuard(config: Config, keys: Keys, feed: RevocationFeed, now: () => number) {
  return createGuard({
    issuer: config.iss,
    audience: config.audience,
    algorithms: [config.algorithm],
    types: [config.tokenType],
    maxLifetime: config.lifetimes.accessToken,
    // Tokens are dated by the store's clock.
    now,
    keys: () => keys.ring.jwks(),
    feed: feed.whileActive,
  })
}
