import type { EventStore, StoredEvent } from '../store.js'
import type { DriverContext } from './context.js'
import * as index from './indexes.js'
import { ownerName, shardOf, shards } from './names.js'
import { script } from './script.js'

export function redisEvents(context: DriverContext): EventStore {
  const { run, names, now } = context
  const allShards = Array.from({ length: shards }, (_, shard) => names.events(shard))

  async function read(id: string): Promise<StoredEvent | null> {
    const event = (await run(readEvent, [names.event(id)])) as string
    return event === '' ? null : (JSON.parse(event) as StoredEvent)
  }

  async function newestIds(keys: readonly string[], limit: number): Promise<string[]> {
    const lists = await Promise.all(keys.map((key) => run(index.highest, [key], [limit])))
    const entries = (lists as string[][]).flatMap((list) =>
      list.flatMap((id, place) => (place % 2 === 0 ? [{ id, at: Number(list[place + 1]) }] : [])),
    )
    entries.sort((one, other) => other.at - one.at)
    return entries.slice(0, limit).map(({ id }) => id)
  }

  return {
    async append(event) {
      const { id, at } = event
      const owner = ownerOf(event)
      const json = JSON.stringify(event)
      const keys = [names.events(shardOf(id)), ...(owner === null ? [] : [names.eventsOf(owner)])]
      await Promise.all(keys.map((key) => run(index.setScore, [key], ['NX', at, id])))
      await run(appendEvent, [names.event(id)], [json])
    },

    async list({ owner, limit }) {
      const name = owner && ownerName(owner)
      const keys = name === undefined ? allShards : [names.eventsOf(name)]
      // Deeper each time, because an index may list what does not exist.
      for (let depth = limit; depth > 0; depth *= 2) {
        const ids = await newestIds(keys, depth)
        const events = (await Promise.all(ids.map(read))).filter((event) => event !== null)
        const found = name === undefined ? events : events.filter((event) => ownerOf(event) === name)
        if (found.length >= limit || ids.length < depth) return found.slice(0, limit)
      }
      return []
    },

    async deleteOlderThan(seconds, limit) {
      const before = (await now()) - seconds * 1000
      return index.deleteBefore(context, names.events, before, limit, async (shard, id) => {
        const event = await read(id)
        const deleted = await run(deleteEvent, [names.event(id)])
        const owner = event && ownerOf(event)
        if (owner !== null) await run(index.remove, [names.eventsOf(owner)], [id])
        await run(index.remove, [shard], [id])
        return Number(deleted) === 1
      })
    },
  }
}

function ownerOf({ tenant, subject }: StoredEvent): string | null {
  return subject === null ? null : ownerName({ tenant, subject })
}

const readEvent = script(`return redis.call('GET', KEYS[1]) or ''`)

const appendEvent = script(`return redis.call('SET', KEYS[1], ARGV[1], 'NX') and 1 or 0`)

const deleteEvent = script(`return redis.call('DEL', KEYS[1])`)
