import type { EventStore, StoredEvent } from '../store.js'
import type { DriverContext } from './context.js'
import * as index from './index-scripts.js'
import { ownerName, shardOf, shards } from './names.js'
import { script } from './script.js'

/** Events in one go. */
const most = 100

export function redisEvents({ connection, names }: DriverContext): EventStore {
  const allShards = Array.from({ length: shards }, (_, shard) => names.events(shard))

  async function read(id: string): Promise<StoredEvent | null> {
    const event = (await connection.call(readEvent, [names.event(id)])) as string
    return event === '' ? null : (JSON.parse(event) as StoredEvent)
  }

  /** The newest that indexes name, and that are as they should be, the newest first. */
  async function newestOf(
    keys: readonly string[],
    limit: number,
    fits: (event: StoredEvent) => boolean,
  ): Promise<StoredEvent[]> {
    // Deeper each time: an index may name what is not there.
    for (let depth = limit; depth > 0; depth *= 2) {
      const parts = await Promise.all(keys.map((key) => connection.call(index.highest, [key], [depth])))
      const ids = newestIds(parts as string[][]).slice(0, depth)
      const events = await Promise.all(ids.map(read))
      const found = events.filter((event): event is StoredEvent => event !== null && fits(event))
      if (found.length >= limit || ids.length < depth) return found.slice(0, limit)
    }
    return []
  }

  async function remove(shard: string, id: string): Promise<number> {
    const event = await read(id)
    const deleted = Number(await connection.call(deleteEvent, [names.event(id)]))
    const owner = event && ownerOf(event)
    if (owner !== null) await connection.call(index.remove, [names.eventsOf(owner)], [id])
    await connection.call(index.remove, [shard], [id])
    return deleted
  }

  async function deleteFrom(shard: string, before: number, limit: number): Promise<number> {
    let deleted = 0
    while (deleted < limit) {
      const ids = (await connection.call(index.lowest, [shard], [before, Math.min(most, limit - deleted)])) as string[]
      if (ids.length === 0) break
      const counts = await Promise.all(ids.map((id) => remove(shard, id)))
      deleted += counts.reduce((sum, count) => sum + count, 0)
    }
    return deleted
  }

  return {
    async append(event) {
      const { id, at } = event
      const owner = ownerOf(event)
      const keys = [names.events(shardOf(id)), ...(owner === null ? [] : [names.eventsOf(owner)])]
      await connection.verb(async () => {
        await Promise.all(keys.map((key) => connection.call(index.enterOnce, [key], [id, at])))
        await connection.call(appendEvent, [names.event(id)], [JSON.stringify(event)])
      })
    },

    async list({ owner, limit }) {
      return connection.verb(async () => {
        if (!owner) return newestOf(allShards, limit, () => true)
        const name = ownerName(owner)
        return newestOf([names.eventsOf(name)], limit, (event) => ownerOf(event) === name)
      })
    },

    async deleteOlderThan(seconds, limit) {
      return connection.verb(async () => {
        const before = Number(await connection.call(readClock, [names.events(0)])) - seconds * 1000
        let deleted = 0
        for (const shard of allShards) deleted += await deleteFrom(shard, before, limit - deleted)
        return deleted
      })
    },
  }
}

function ownerOf({ tenant, subject }: StoredEvent): string | null {
  return subject === null ? null : ownerName({ tenant, subject })
}

/** @param parts Of each index the ids and their instants in turn. */
function newestIds(parts: readonly (readonly string[])[]): string[] {
  const entered = parts.flatMap((part) =>
    part.flatMap((id, place) => (place % 2 === 0 ? [[id, part[place + 1]!]] : [])),
  )
  return entered.sort((one, other) => Number(other[1]) - Number(one[1])).map(([id]) => id!)
}

const readClock = script('return text(now())')

const readEvent = script(`return redis.call('GET', KEYS[1]) or ''`)

const appendEvent = script(`return redis.call('SET', KEYS[1], ARGV[1], 'NX') and 1 or 0`)

const deleteEvent = script(`return redis.call('DEL', KEYS[1])`)
