import { checkOptionNames } from '../../option-names.js'
import { createBatch } from '../batch.js'
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

export interface MongodbStoreOptions {
  /** A `Db` of the package mongodb: `client.db('auth')`. It stays open when the store is closed. */
  readonly db: MongodbDatabase
  /** What the names of our collections begin with. Default `sessionward_`. */
  readonly prefix?: string
  /** Seconds until a verb that has no answer rejects with StoreUnavailableError. Default 5. */
  readonly timeout?: number
  /**
   * How current a reading of a replica set is.
   *
   * - `linearizable`: after the reading the primary has a majority confirm that it still is one. That costs a round through the
   *   set, once for all that is read in one turn of the event loop.
   * - `majority`: a primary that was cut off from the others and has not noticed yet, which takes it about 10 seconds, answers
   *   what held before. A session that was ended meanwhile may be granted one more access token there.
   *
   * A server that stands alone is read as it is. Default `linearizable`, as the contract of a store has it.
   */
  readonly readConcern?: ReadConcern
  /**
   * `automatic`: missing collections and indexes are made at the first use. `manual`: that is left to `sessionward migrate`.
   * Default `automatic`.
   */
  readonly migrate?: 'automatic' | 'manual'
}

/**
 * A store in MongoDB 5 or later. Every conditional write is one update of one document, so that no transaction is needed; what
 * was answered is in the journals of a majority. In production that takes a replica set: a server that stands alone keeps what
 * its own disk keeps.
 *
 * Other nodes look for revocations twice a second: change streams, of which they could hear at once, are not used.
 *
 * @param options A `Db`, or options.
 * @throws TypeError where an option is not what it should be.
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
    throw new TypeError('mongodbStore: db must be a Db of the package mongodb, as client.db(name) gives it')
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
