import type { Config } from '../config.js'
import type { Events } from '../events.js'
import type { IdleTime } from '../idle-time.js'
import { createRevocationFeed, type RevocationFeed } from '../revocation/feed.js'
import { createIssuerRelay } from '../revocation/issuer-relay.js'
import { openJournal } from '../revocation/journal.js'
import { createRevocationOutbox, type RevocationOutbox } from '../revocation/outbox.js'
import { createRevocationRetention, type RevocationRetention } from '../revocation/retention.js'
import type { ClockOffset } from '../store/clock-offset.js'
import type { Store } from '../store/store.js'

interface Parts {
  readonly config: Config
  readonly store: Store
  readonly clockOffset: ClockOffset
  readonly events: Events
  readonly idleTime: IdleTime
}

/** What tells guards, other nodes and the journal that sessions have ended. */
export interface Revocation {
  readonly feed: RevocationFeed
  readonly outbox: RevocationOutbox
  readonly retention: RevocationRetention
}

export function createRevocation({ config, store, clockOffset, events, idleTime }: Parts): Revocation {
  const { cache, iss, journal, lifetimes, logger } = config
  const feed = createRevocationFeed({
    // The feed reads every few seconds while there are requests, often enough to follow changes of the clock.
    sessions: {
      revokedSince: (from) =>
        clockOffset.measure(
          () => store.sessions.revokedSince(from),
          ({ now }) => now,
        ),
    },
    relay: store.relay ?? (cache?.relay && createIssuerRelay(iss, cache.relay)),
    idleTime,
    idleAfter: lifetimes.accessToken,
    logger,
  })
  const outbox = createRevocationOutbox({
    feed,
    journal: journal === null ? undefined : openJournal(journal),
    sessions: store.sessions,
    count: events.count,
    logger,
  })
  return { feed, outbox, retention: createRevocationRetention(store.counters, lifetimes.accessToken) }
}
