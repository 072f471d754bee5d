import { checkOptionNames } from '../../input/option-names.js'
import { createBatch } from '../driver/batch.js'
import type { Store } from '../store.js'
import { mongodbAccounts } from './accounts.js'
import { Commands, type ReadConcern } from './commands.js'
import { mongodbCounters } from './counters.js'
import { isDatabase, type MongodbDatabase } from './database.js'
import { mongodbEvents } from './events.js'
import { now as serverNow } from './expressions.js'
import { mongodbKeys } from './keys.js'
import { namesFor } from './names.js'
import { mongodbOneTimeValues } from './one-time-values.js'
import { Readiness } from './readiness.js'
import { mongodbSchema } from './schema.js'
import { mongodbSessions } from './sessions.js'

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
  const { db, prefix, timeout, readConcern, migrate } = checked(isDatabase(options) ? { db: options } : options)
  const commands = new Commands({ database: db, readConcern, timeout })
  const names = namesFor(prefix)
  const schema = mongodbSchema(commands, names)
  const readiness = new Readiness({ commands, schema, migrate, timeout })

  // The same clock as that of every write, which a `hello` need not have.
  const readNow = createBatch<void, number>({
    async run(askers) {
      const command = { find: names.history, filter: { _id: 'history' }, projection: { now: serverNow }, limit: 1 }
      const { cursor } = await commands.peek(command)
      return askers.map(() => cursor!.firstBatch[0]!.now as number)
    },
  })
  const part = { commands, names, now: () => readNow() }

  return {
    sessions: readiness.guard(mongodbSessions(part)),
    accounts: readiness.guard(mongodbAccounts(part)),
    keys: readiness.guard(mongodbKeys(part)),
    counters: readiness.guard(mongodbCounters(part)),
    oneTimeValues: readiness.guard(mongodbOneTimeValues(part)),
    events: readiness.guard(mongodbEvents(part)),
    schema: {
      pending: () => readiness.passUnprepared(() => schema.pending()),
      migrate: () => readiness.passUnprepared(() => schema.migrate()),
    },
    now: () => readiness.pass(part.now),
    close: async () => readiness.close(),
  }
}

function checked(given: MongodbStoreOptions): Required<MongodbStoreOptions> {
  const { db, prefix = 'sessionward_', timeout = 5, readConcern = 'linearizable', migrate = 'automatic' } = given ?? {}
  if (!isDatabase(db))
    throw new TypeError('mongodbStore: db must be a Db of the package mongodb, such as client.db(name)')
  checkOptionNames('mongodbStore', given, { db: true, prefix: true, timeout: true, readConcern: true, migrate: true })
  if (typeof prefix !== 'string' || !/^\w{0,100}$/.test(prefix))
    throw new TypeError('mongodbStore: prefix must be letters, digits and underscores')
  if (typeof timeout !== 'number' || !(timeout > 0 && timeout <= 3600))
    throw new TypeError('mongodbStore: timeout must be a number of seconds, up to 3600')
  if (readConcern !== 'linearizable' && readConcern !== 'majority')
    throw new TypeError('mongodbStore: readConcern must be linearizable or majority')
  if (migrate !== 'automatic' && migrate !== 'manual')
    throw new TypeError('mongodbStore: migrate must be automatic or manual')
  return { db, prefix, timeout, readConcern, migrate }
}
