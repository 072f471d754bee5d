import type { Count } from '../figures.js'
import type { IdleTime } from '../idle-time.js'
import type { Store } from './store.js'

const day = 24 * 3600

/** Seconds that a session is kept after its end, so that requests with its tokens are answered with the reason. */
const sessionRetention = 7 * day

/** Seconds that events are kept. */
const eventRetention = 90 * day

/** Maximum number of rows of one kind in a batch, so that a refresh never waits long. */
const batchSize = 200

/** Milliseconds. One node sweeps in each interval of this length on the store's clock. */
const turn = 60_000

/** Maximum number of batches of one kind in a turn: 20,000 rows. The next turn deletes the rest. */
const maxBatches = 100

export interface Sweeper {
  /** Sweeps, unless another node does so in this turn. @returns how many rows were deleted; null if it did not sweep. */
  sweep(): Promise<number | null>
  close(): void
}

/**
 * Deletes expired rows in small batches, on one node at a time: the turn is a one-time value, and the node that claims it sweeps. If
 * that node crashes, another one sweeps in the next turn. The timer keeps no process alive, and a node without requests does not
 * wake its database.
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

/** Deletes batch after batch, until nothing is left or the turn is over. */
async function drain(deleteBatch: () => Promise<number>, isOver: () => Promise<boolean>): Promise<number> {
  let deleted = 0
  for (let count = 0; count < maxBatches; count++) {
    const some = await deleteBatch()
    deleted += some
    if (some < batchSize || (await isOver())) break
  }
  return deleted
}
