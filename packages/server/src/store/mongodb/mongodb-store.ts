import { createBatch } from '../driver/batch.js'
import { prepareOnce } from '../driver/prepare-once.js'
import { prepareSchema } from '../driver/schema.js'
import { createDriverStore } from '../driver/store-lifecycle.js'
import { type OptionRule, oneOf, readOptions, required, shared } from '../driver/store-options.js'
import type { Store } from '../store.js'
import { mongodbAccounts } from './accounts.js'
import { isDatabase, type MongodbDatabase } from './client.js'
import { mongodbCounters } from './counters.js'
import { Database, type ReadConcern } from './database.js'
import { mongodbEvents } from './events.js'
import { now as serverNow } from './expressions.js'
import { mongodbKeys } from './keys.js'
import { namesFor } from './names.js'
import { mongodbOneTimeValues } from './one-time-values.js'
import { mongodbSchema } from './schema.js'
import { mongodbSessions } from './sessions/sessions.js'

/** Options of `mongodbStore`. An unknown name is refused. */
export interface MongodbStoreOptions {
  /** A `Db` of the package mongodb: `client.db('auth')`. It stays open when the store is closed. */
  readonly db: MongodbDatabase
  /** Prefix of the collections. Default `sessionward_`. */
  readonly prefix?: string
  /** Seconds until a call without an answer rejects with StoreUnavailableError. Default 5. */
  readonly timeout?: number
  /**
   * How current reads of a replica set are.
   *
   * - `linearizable`: after each read the primary has a majority confirm that it is still the primary. That costs a round trip
   *   through the set, once for all reads of one turn of the event loop.
   * - `majority`: a primary that is cut off from the others answers old data until it notices, which takes about 10 seconds. A
   *   session that has ended meanwhile may be granted one more access token.
   *
   * A standalone server is read as it is. Default `linearizable`, which the contract of a store requires.
   */
  readonly readConcern?: ReadConcern
  /**
   * `automatic`: missing collections and indexes are created at the first use. `manual`: by `sessionward migrate`.
   * Default `automatic`.
   */
  readonly migrate?: 'automatic' | 'manual'
}

/**
 * A store in MongoDB 5 or later. Every conditional write is one update of one document and needs no transaction. An answered
 * change is in the journals of a majority, which takes a replica set in production: a standalone server has only its own disk.
 *
 * Other nodes poll for revocations twice a second. Change streams are not used.
 *
 * @param options A `Db`, or options.
 * @throws TypeError that names the option.
 */
export function mongodbStore(options: MongodbDatabase | MongodbStoreOptions): Store {
  const settings = readOptions('mongodbStore', isDatabase(options) ? { db: options } : options, rules)
  const { db, prefix, timeout, readConcern, migrate } = settings
  const database = new Database(db, { readConcern, timeout })
  const names = namesFor(prefix)
  const schema = mongodbSchema(database, names)

  // The same clock as that of every write, which a `hello` need not have.
  const readNow = createBatch<void, number>({
    async run(calls) {
      const command = { find: names.history, filter: { _id: 'history' }, projection: { now: serverNow }, limit: 1 }
      const { cursor } = await database.readLocal(command)
      return calls.map(() => cursor!.firstBatch[0]!.now as number)
    },
  })
  const context = { database, names, now: () => readNow() }

  return createDriverStore({
    database: 'MongoDB',
    timeout,
    sweepTimeout: 600,
    preparation: prepareOnce(() => prepareSchema(schema, migrate, 'the MongoDB database')),
    sessions: mongodbSessions(context),
    accounts: mongodbAccounts(context),
    keys: mongodbKeys(context),
    counters: mongodbCounters(context),
    oneTimeValues: mongodbOneTimeValues(context),
    events: mongodbEvents(context),
    schema,
    now: context.now,
  })
}

const rules = {
  db: required<MongodbDatabase>(isDatabase, 'a Db of the package mongodb, such as client.db(name)'),
  prefix: {
    accepts: (value) => typeof value === 'string' && /^\w{0,100}$/.test(value),
    expected: 'letters, digits and underscores',
    fallback: 'sessionward_',
  } as OptionRule<string>,
  timeout: shared.timeout,
  readConcern: oneOf<ReadConcern>('linearizable', 'majority'),
  migrate: shared.migrate,
} satisfies Record<keyof MongodbStoreOptions, unknown>
