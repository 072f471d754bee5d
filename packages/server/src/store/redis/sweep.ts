import type { DriverContext } from './context.js'
import * as index from './index-scripts.js'
import { shards } from './names.js'
import * as scripts from './session-scripts.js'

/** Sessions in one go, so that a refresh waits for little. */
const most = 100

/**
 * Deletes sessions that are over. What the index says of a session's end is never too late, and is brought up to date when a
 * sweep looks at it: a refresh would otherwise write the index each time.
 */
export function sweeper({ connection, names }: DriverContext) {
  async function sweepOne(shard: string, id: string, before: number): Promise<number> {
    const [outcome, detail] = (await connection.call(scripts.sweepSession, [names.session(id)], [before])) as [
      string,
      string,
    ]
    if (outcome === 'later') {
      await connection.call(index.move, [shard], [id, detail])
      return 0
    }
    if (outcome === 'deleted') await connection.call(index.remove, [names.sessionsOf(detail)], [id])
    await connection.call(index.remove, [shard], [id])
    return outcome === 'deleted' ? 1 : 0
  }

  async function sweepShard(shard: string, before: number, limit: number): Promise<number> {
    let deleted = 0
    while (deleted < limit) {
      const ids = (await connection.call(index.lowest, [shard], [before, Math.min(most, limit - deleted)])) as string[]
      if (ids.length === 0) break
      const counts = await Promise.all(ids.map((id) => sweepOne(shard, id, before)))
      deleted += counts.reduce((sum, count) => sum + count, 0)
    }
    return deleted
  }

  /** @returns how many it has deleted, `limit` at most. */
  return async (before: number, limit: number): Promise<number> => {
    // From anywhere on, so that no shard has to wait until others are empty.
    const start = Math.floor(Math.random() * shards)
    let deleted = 0
    for (let turn = 0; turn < shards && deleted < limit; turn++) {
      deleted += await sweepShard(names.sweep((start + turn) % shards), before, limit - deleted)
    }
    return deleted
  }
}
