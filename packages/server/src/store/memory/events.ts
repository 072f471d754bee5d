import { copyOf } from '../driver/copy-of.js'
import type { EventStore, Owner, StoredEvent } from '../store.js'

export function memoryEvents(now: () => number): EventStore {
  const events = new Map<string, StoredEvent>()

  return {
    async append(event) {
      if (!events.has(event.id)) events.set(event.id, copyOf(event))
    },

    async list({ owner, limit }) {
      const found = [...events.values()].filter((event) => !owner || isOf(owner, event)).reverse()
      return copyOf(found.sort((one, other) => other.at - one.at).slice(0, limit))
    },

    async deleteOlderThan(seconds, limit) {
      const before = now() - seconds * 1000
      const old = [...events.values()].filter((event) => event.at < before).slice(0, limit)
      for (const event of old) events.delete(event.id)
      return old.length
    },
  }
}

function isOf(owner: Owner, event: StoredEvent): boolean {
  return event.tenant === owner.tenant && event.subject === owner.subject
}
