import { raiseCounter } from '../store/raise-counter.js'
import type { CounterStore } from '../store/store.js'

/** The maximum lifetime of an access token in seconds, which is also the guard's limit. */
export const maxAccessTokenLifetime = 86_400

/** Seconds that a guard's clock may be behind the store's. */
const clockTolerance = 60

/** The maximum retention of a revocation entry in seconds. */
export const maxRetention = maxAccessTokenLifetime + clockTolerance

/**
 * How long revocation entries are kept: for the longest access-token lifetime that any node of this store has ever used. The
 * configured lifetime is not enough, because a client may hold a token from before it was shortened.
 */
export interface RevocationRetention {
  /**
   * Records this node's access-token lifetime in the store. Must resolve before the first token is issued.
   *
   * @returns undefined once it is recorded.
   */
  record(): Promise<void> | undefined
  /** Retention in seconds of an entry that is written now. */
  seconds(): Promise<number>
}

/** @param lifetime Access-token lifetime of this node in seconds. */
export function createRevocationRetention(counters: CounterStore, lifetime: number): RevocationRetention {
  let recording: Promise<void> | undefined
  let recorded = false

  async function raise(): Promise<void> {
    try {
      await raiseCounter(counters, lifetimeCounter, lifetime, forever)
      recorded = true
    } finally {
      recording = undefined
    }
  }

  return {
    record() {
      if (recorded) return undefined
      recording ??= raise()
      return recording
    },
    seconds: async () => retentionFor(Math.max(lifetime, await maxIssuedLifetime(counters))),
  }
}

/** Retention in seconds for a store without a running auth server. @param minimum Seconds. */
export async function offlineRetention(counters: CounterStore, minimum: number): Promise<number> {
  return Math.max(minimum, retentionFor(await maxIssuedLifetime(counters)))
}

/** Capped, because two nodes that start at once may briefly raise the counter too high. */
function retentionFor(lifetime: number): number {
  return Math.min(lifetime, maxAccessTokenLifetime) + clockTolerance
}

async function maxIssuedLifetime(counters: CounterStore): Promise<number> {
  return (await counters.add(lifetimeCounter, 0, forever)).count
}

const lifetimeCounter = 'longest access token lifetime'

/** Seconds. A counter must expire at some time. */
const forever = 100 * 365 * 86_400
