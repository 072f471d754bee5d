import type { Store } from './store/store.js'

const day = 24 * 3600

/** Seconds that a session is kept after its end, so that its tokens are still answered with the reason. */
const keepSessions = 7 * day

/** Seconds that events are kept. */
const keepEvents = 90 * day

/** Rows of a kind in one go, so that a refresh waits for little. */
const batch = 200

/** Milliseconds. */
const interval = 60_000

/** Deletes what is over, a little at a time. The timer keeps no process alive. */
export function createSweeper(store: Pick<Store, 'sessions' | 'events'>, count: (figure: string) => void) {
  async function sweep(): Promise<void> {
    try {
      await store.sessions.deleteExpired(keepSessions, batch)
      await store.events.deleteOlderThan(keepEvents, batch)
    } catch {
      // The store is away; the next turn tries again.
      count('sweep_failed')
    }
  }

  const timer = setInterval(() => void sweep(), interval).unref()
  return { sweep, close: () => clearInterval(timer) }
}
