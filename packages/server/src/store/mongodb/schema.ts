import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSchema } from '../driver/schema.js'
import type { Migration, Schema } from '../store.js'
import type { Document } from './client.js'
import type { Database } from './database.js'
import { createLease, type Lease } from './lease.js'
import { migrationsFor } from './migrations.js'
import type { Names } from './names.js'

/** Milliseconds between two attempts to take the lease. */
const pause = 100

/** @param migrations Those of this version of the library; tests name others. */
export function mongodbSchema(
  database: Database,
  names: Names,
  migrations: readonly Migration[] = migrationsFor(names),
): Schema {
  return createSchema<Lease>({
    database: 'the MongoDB database',
    migrations,

    async readVersion() {
      await database.detectTopology()
      const { cursor } = await database.read({ find: names.history, filter: { _id: 'history' }, limit: 1 })
      return (cursor!.firstBatch[0]?.version as number | undefined) ?? 0
    },

    async withLock(work) {
      const lease = createLease(database, names.history)
      while (!(await lease.acquire())) await sleep(pause)
      try {
        return await work(lease)
      } finally {
        await lease.release()
      }
    },

    async apply(lease, { version, statements }) {
      for (const statement of statements) {
        await lease.extend()
        await database.migrate(JSON.parse(statement) as Document)
      }
      const epoch = randomBytes(16).toString('base64url')
      const first = { q: { _id: 'history' }, u: { $setOnInsert: { epoch, version } }, upsert: true }
      const later = { q: { _id: 'history', version: version - 1 }, u: { $set: { version } } }
      const reply = await database.write({ update: names.history, updates: [version === 1 ? first : later] })
      return version === 1 ? (reply.upserted?.length ?? 0) > 0 : reply.n === 1
    },
  })
}
