import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkVersion } from '../schema-version.js'
import type { Migration, Schema } from '../store.js'
import type { Commands } from './commands.js'
import type { Document } from './database.js'
import { createLease } from './lease.js'
import { migrationsFor } from './migrations.js'
import type { Names } from './names.js'

/** @param known The steps of this version of the library; tests name others. */
export function mongodbSchema(
  commands: Commands,
  names: Names,
  known: readonly Migration[] = migrationsFor(names),
): Schema {
  async function pending(): Promise<readonly Migration[]> {
    const { cursor } = await commands.read({ find: names.history, filter: { _id: 'history' }, limit: 1 })
    const version = (cursor!.firstBatch[0]?.version as number | undefined) ?? 0
    checkVersion('the MongoDB database', version, known.length)
    return known.slice(version)
  }

  /** Whether this call was the one that counted the version up. */
  async function record(version: number): Promise<boolean> {
    const epoch = randomBytes(16).toString('base64url')
    const first = { q: { _id: 'history' }, u: { $setOnInsert: { epoch, version } }, upsert: true }
    const later = { q: { _id: 'history', version: version - 1 }, u: { $set: { version } } }
    const reply = await commands.write({ update: names.history, updates: [version === 1 ? first : later] })
    return version === 1 ? (reply.upserted?.length ?? 0) > 0 : reply.n === 1
  }

  async function make(keepLease: () => Promise<void>): Promise<readonly Migration[]> {
    const made: Migration[] = []
    for (const step of await pending()) {
      for (const statement of step.statements) {
        await keepLease()
        await commands.build(JSON.parse(statement) as Document)
      }
      if (await record(step.version)) made.push(step)
    }
    return made
  }

  return {
    pending,

    async migrate() {
      const lease = createLease(commands, names.history)
      while ((await pending()).length > 0) {
        if (await lease.take()) {
          try {
            return await make(lease.keep)
          } finally {
            await lease.release()
          }
        }
        await sleep(pause)
      }
      return []
    },
  }
}

/** Milliseconds between two looks at whether another node has done. */
const pause = 100
