import { createAccountAdministration } from './accounts/administration.js'
import { createSignInService } from './accounts/sign-in.js'
import { type AuthServer, setAnswerer } from './auth-server.js'
import { checkAccountCalls } from './calls/account-calls.js'
import { createKeyCalls } from './calls/key-calls.js'
import { createProfileCalls } from './calls/profile-calls.js'
import { createSessionCalls } from './calls/session-calls.js'
import { readConfig } from './config/read-config.js'
import { createEvents } from './events.js'
import { createIdleTime } from './idle-time.js'
import { createErrorLog } from './logger.js'
import type { AuthServerOptions } from './options.js'
import { createProfileInvalidation } from './profiles/invalidation.js'
import { createThrottle } from './protection/throttle.js'
import { LiveStreams } from './revocation/live-streams.js'
import { createHttp } from './server/http.js'
import { createKeys } from './server/keys.js'
import { createPeople } from './server/people.js'
import { createRevocation } from './server/revocation.js'
import { createSessions } from './server/sessions.js'
import { startUp } from './server/start-up.js'
import { createClockOffset, withMeasuredClock } from './store/clock-offset.js'
import { createSweeper } from './store/sweeper.js'

/**
 * Creates an auth server.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function createAuthServer(options: AuthServerOptions): AuthServer {
  const config = readConfig(options)
  const { logger, registration } = config
  const logError = createErrorLog(logger)
  const clockOffset = createClockOffset((message) => logger.warn(message))
  const store = withMeasuredClock(config.store, clockOffset)
  const events = createEvents(store.events, logger)
  const idleTime = createIdleTime()

  const keys = createKeys(config, store)
  const { builtIn, directory, profileReader } = createPeople({ options, config, store, events })
  const revocation = createRevocation({ config, store, clockOffset, events, idleTime })
  const { feed, outbox, retention } = revocation
  const { sessions, adopt } = createSessions({ config, store, events, keys, profileReader, revocation })
  const throttle = createThrottle(store.counters, options.throttle)
  const signInService = createSignInService({ store, directory, throttle, sessions, events, registration })
  const liveStreams = new LiveStreams({ feed, idleTime, stateOf: sessions.stateOf })
  const invalidation = createProfileInvalidation(store.sessions)

  // Timers start here, after everything that may throw.
  const sweeper = createSweeper(store, idleTime, events.count)
  const readiness = startUp({ config, store, keys, revocation, logError })
  const http = createHttp({
    config,
    store,
    clockOffset,
    events,
    idleTime,
    keys,
    directory,
    feed,
    liveStreams,
    sessions,
    adopt,
    signInService,
    readiness,
    logError,
  })
  setAnswerer(http.fetch, http.answer)

  const { transports } = http
  const sessionStore = store.sessions
  return {
    issuer: config.iss,
    fetch: http.fetch,
    owns: http.owns,
    paths: http.paths,
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
    profiles: createProfileCalls({ store, profileReader, feed, retention }),
    keys: createKeyCalls(keys.ring),
    revocations: feed,
    on: events.on,
    figures: () => ({
      ...events.figures(),
      live_streams: liveStreams.size,
      clock_offset_seconds: Math.round(clockOffset.milliseconds()) / 1000,
    }),
    ready: readiness.ready,
    async close() {
      readiness.close()
      feed.close()
      http.close()
      sweeper.close()
      invalidation.close()
      await outbox.close()
      await events.drain()
      await config.cache?.close()
      await store.close()
    },
  }
}
