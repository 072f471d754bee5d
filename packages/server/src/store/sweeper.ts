import type { Count } from '../figures.js'
import type { IdleTime } from '../idle-time.js'
import type { Store } from './store.js'

const day = 24 * 3600

/** Seconds that a session is kept after its end, so that its tokens are still answered with the reason. */
const sessionRetention = 7 * day

/** Seconds that events are kept. */
const eventRetention = 90 * day

/** Rows of a kind in one go, so that a refresh waits for little. */
const batchSize = 200

/** Milliseconds. In each such turn of the store's clock one node sweeps. */
const turn = 60_000

/** Batches of a kind in one turn, at most: 20,000 rows, and the rest in the next. */
const maxBatches = 100

export interface Sweeper {
  /** Sweeps, if no other node has done so in this turn. @returns how many rows were deleted; null where another does it. */
  sweep(): Promise<number | null>
  close(): void
}

/**
 * Deletes what is over, a little at a time, one node at a time: the turn is a one-time value, and the node that claims it sweeps. A
 * node that dies meanwhile is followed by another in the next turn. The timer keeps no process alive, and a node without
 * requests does not wake its database.
 */
export function createSweeper(
  store: Pick<Store, 'sessions' | 'oneTimeValues' | 'events' | 'now'>,
  idleTime: IdleTime,
  count: Count,
): Sweeper {
  let closed = false

  async function sweep(): Promise<number | null> {
    try {
      const current = Math.floor((await store.now()) / turn)
      if ((await store.oneTimeValues.claim(`sweep ${current}`, (2 * turn) / 1000)) === 'taken') return null
      const isOver = async () => closed || Math.floor((await store.now()) / turn) !== current
      return (
        (await drain(() => store.sessions.deleteExpired(sessionRetention, batchSize), isOver)) +
        (await drain(() => store.oneTimeValues.deleteExpired(batchSize), isOver)) +
        (await drain(() => store.events.deleteOlderThan(eventRetention, batchSize), isOver))
      )
    } catch {
      // The store is unavailable; the next turn tries again.
      count('sweep_failed')
      return null
    }
  }

  const timer = setInterval(() => {
    if (idleTime.seconds() <= turn / 1000) void sweep()
  }, turn).unref()
  return {
    sweep,
    close() {
      closed = true
      clearInterval(timer)
    },
  }
}

/** Batch after batch, until there is nothing more or the turn is over. */
async function drain(deleteBatch: () => Promise<number>, isOver: () => Promise<boolean>): Promise<number> {
  let deleted = 0
  for (let count = 0; count < maxBatches; count++) {
    const some = await deleteBatch()
    deleted += some
    if (some < batchSize || (await isOver())) break
  }
  return deleted
}
