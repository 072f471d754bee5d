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

/** A database that records the commands that it receives. A test may replace its answers. */
export interface Recorded extends MongodbDatabase {
  readonly commands: Document[]
  /** Answers in the database's place; undefined leaves it to the database. */
  instead: ((command: Document) => Promise<Document> | undefined) | undefined
}

export function recorded(db: MongodbDatabase): Recorded {
  const commands: Document[] = []
  const recorder: Recorded = {
    commands,
    instead: undefined,
    command(command, options) {
      commands.push(command)
      return recorder.instead?.(command) ?? db.command(command, options)
    },
    collection: (name) => ({
      aggregate(pipeline, options) {
        const command = { aggregate: name, pipeline, ...options }
        commands.push(command)
        const answer = recorder.instead?.(command)
        if (answer) return { toArray: () => answer as Promise<never> }
        return db.collection(name).aggregate(pipeline, options)
      },
    }),
  }
  return recorder
}
