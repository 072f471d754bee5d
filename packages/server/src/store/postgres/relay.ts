import type { RevocationEntry } from '@sessionward/protocol'
import { createBatch } from '../driver/batch.js'
import type { Preparation } from '../driver/prepare-once.js'
import type { Relay, RelayListener } from '../store.js'
import { textArray } from './binary-array.js'
import type { PostgresPool } from './client.js'
import type { Query } from './database.js'
import { NotificationListener } from './notification-listener.js'
import { payloadsOf, readPayload } from './payload.js'
import type { Tables } from './tables.js'

export interface RelayParts {
  readonly pool: PostgresPool
  readonly query: Query
  readonly tables: Tables
  /** Seconds to wait for an answer. */
  readonly timeout: number
  /** The channel is named in a table that it creates. */
  readonly preparation: Preparation
}

/** LISTEN and NOTIFY: one connection of the pool for all listeners of this store, while there are any. */
export function postgresRelay({ pool, query, tables, timeout, preparation }: RelayParts): {
  relay: Relay
  close(): Promise<void>
} {
  const listeners = new Set<RelayListener>()
  /** Of the store whose channel is listened to. */
  let epoch = ''
  let closed = false

  async function notify(payloads: readonly string[]): Promise<void> {
    await query(sql.notify(tables), [textArray(payloads)])
  }

  const notifications = new NotificationListener({
    pool,
    timeout,
    async channel() {
      await preparation.run()
      const { rows } = await query(sql.channel(tables), [])
      const [channel, name] = rows[0]!
      epoch = name!
      return channel!
    },
    probe: (id) => notify([JSON.stringify({ probe: id })]),
    receive(payload) {
      const entries = readPayload(payload)
      if (entries.length > 0) for (const listener of listeners) listener.receive(entries, epoch)
    },
    changed(arriving) {
      for (const listener of listeners) listener.live(arriving)
    },
  })

  const announce = createBatch<readonly RevocationEntry[], undefined>({
    async run(all) {
      const payloads = payloadsOf(all.flat())
      if (payloads.length > 0) await notify(payloads)
      return all.map(() => undefined)
    },
  })

  return {
    relay: {
      async announce(entries) {
        // The other nodes find what is lost when they poll.
        if (!closed) await announce([...entries]).catch(() => {})
      },

      listen(listener) {
        if (closed) return () => {}
        listeners.add(listener)
        notifications.open()
        if (notifications.arriving)
          queueMicrotask(() => listeners.has(listener) && listener.live(notifications.arriving))
        return () => {
          listeners.delete(listener)
          if (listeners.size === 0) void notifications.close()
        }
      },
    },

    close() {
      closed = true
      listeners.clear()
      return notifications.close()
    },
  }
}

/** Named after the store's epoch, because several stores can be in one database. */
const channelOf = ({ history }: Tables) => `'sessionward_' || (SELECT epoch FROM ${history})`

const sql = {
  channel: (tables: Tables) => `SELECT ${channelOf(tables)}, (SELECT epoch FROM ${tables.history})`,
  notify: (tables: Tables) => `SELECT pg_notify(${channelOf(tables)}, payload) FROM unnest($1::text[]) AS payload`,
}
