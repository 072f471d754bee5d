import { type Db, MongoClient, type MongoClientOptions } from 'mongodb'
import { afterAll } from 'vitest'
import type { Document, MongodbDatabase } from '../../src/store/mongodb/client.js'
import { freshDatabase, serviceFor } from '../harness/services.js'

/** Where MongoDB, or what speaks like it, answers; `missing` says why it does not. */
export const service = await serviceFor('mongodb')

/** A new, empty database for one file, or a part of it, with a client of its own that is closed when it is done. */
export async function newDatabase(options: MongoClientOptions = {}): Promise<Db> {
  // Every test is skipped then.
  if (service.missing !== undefined) return undefined as never
  const client = new MongoClient(await freshDatabase('mongodb'), options)
  afterAll(() => client.close())
  return client.db()
}

/** A database that keeps a list of what it is told, and may be told by a test to answer otherwise. */
export interface Recorded extends MongodbDatabase {
  readonly told: Document[]
  /** Answers in the database's place; undefined leaves it to the database. */
  instead: ((command: Document) => Promise<Document> | undefined) | undefined
}

export function recorded(db: MongodbDatabase): Recorded {
  const told: Document[] = []
  const recorder: Recorded = {
    told,
    instead: undefined,
    command(command, options) {
      told.push(command)
      return recorder.instead?.(command) ?? db.command(command, options)
    },
    collection: (name) => ({
      aggregate(pipeline, options) {
        const command = { aggregate: name, pipeline, ...options }
        told.push(command)
        const answer = recorder.instead?.(command)
        if (answer) return { toArray: () => answer as Promise<never> }
        return db.collection(name).aggregate(pipeline, options)
      },
    }),
  }
  return recorder
}
