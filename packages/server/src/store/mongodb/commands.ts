import { StoreUnavailableError } from '../store.js'
import type { Document, MongodbDatabase } from './database.js'
import { isConflict, readable, refused, type WriteError } from './unavailable.js'

/** A read concern of MongoDB. The option `readConcern` says what each costs. */
export type ReadConcern = 'linearizable' | 'majority'

/** What a command answers, as far as we look. */
export interface Reply {
  readonly n?: number
  /** Statements of an update that made a new document. */
  readonly upserted?: readonly { readonly index: number }[]
  readonly writeErrors?: readonly WriteError[]
  readonly writeConcernError?: { readonly code: number; readonly codeName?: string }
  /** Of findAndModify. */
  readonly value?: Document | null
  readonly cursor?: { readonly id: unknown; readonly firstBatch: readonly Document[] }
}

export interface CommandsOptions {
  readonly database: MongodbDatabase
  readonly readConcern: ReadConcern
  /** Seconds. */
  readonly timeout: number
}

/**
 * Says everything to MongoDB, with concerns and a time limit of our own, whatever the client's defaults are.
 *
 * Commands and not the methods of a collection: one command does the work of many requests and says of each what became of
 * it, and costs this process half as much as a bulk write. The driver does not repeat a command by itself, so none is
 * carried out twice. An error that a failover brings goes to the caller, whose client asks again.
 */
export class Commands {
  readonly #database: MongodbDatabase
  readonly #chosen: ReadConcern
  readonly #milliseconds: number
  #level: ReadConcern | 'local' = 'local'

  constructor({ database, readConcern, timeout }: CommandsOptions) {
    this.#database = database
    this.#chosen = readConcern
    this.#milliseconds = Math.ceil(timeout * 1000)
  }

  /** Looks what kind of server this is: one that stands alone refuses `linearizable`, and need not ask others. */
  async meet(): Promise<void> {
    const { setName, msg } = (await this.#say({ hello: 1 })) as { readonly setName?: unknown; readonly msg?: unknown }
    const alone = setName === undefined && msg !== 'isdbgrid'
    this.#level = alone ? 'local' : this.#chosen
  }

  /** A `find` whose documents come in one answer, or an answer that says that there are more: `cursor.id` is not 0. */
  read(command: Document): Promise<Reply> {
    return this.#say({ ...command, readConcern: { level: this.#level }, maxTimeMS: this.#milliseconds })
  }

  /** A reading that promises nothing: for a write that asks again, or for the clock. */
  peek(command: Document): Promise<Reply> {
    return this.#say({ ...command, readConcern: { level: 'local' }, maxTimeMS: this.#milliseconds })
  }

  /** A list, however long. */
  list(collection: string, pipeline: Document[]): Promise<readonly Document[]> {
    const options = { readConcern: { level: this.#level }, maxTimeMS: this.#milliseconds, batchSize: listBatch }
    return this.#within(this.#milliseconds, (signal) =>
      this.#database
        .collection(collection)
        .aggregate(pipeline, { ...plain, ...options, signal })
        .toArray(),
    )
  }

  /** At most `limit` ids, in the order of an index, for a write that asks again. */
  async idsOf(collection: string, filter: Document, sort: Document, limit: number): Promise<readonly string[]> {
    const command = { find: collection, filter, sort, limit, batchSize: limit, projection: { _id: 1 } }
    const { cursor } = await this.peek(command)
    return cursor!.firstBatch.map((row) => row._id as string)
  }

  /** Durable on a majority before it is answered, or an error: then it may have been done all the same. */
  async write(command: Document): Promise<Reply> {
    const reply = await this.attempt(command)
    if (reply.writeErrors?.[0]) throw refused(reply.writeErrors[0])
    return reply
  }

  /**
   * As `write`, for those who look at what became of each statement: `writeErrors`.
   *
   * @param most Seconds that an attempt may take at most, where the time limit is longer.
   */
  async attempt(command: Document, most = Number.POSITIVE_INFINITY): Promise<Reply> {
    const milliseconds = Math.min(this.#milliseconds, most * 1000)
    const writeConcern = { w: 'majority', j: true, wtimeout: milliseconds }
    const full = { ...command, writeConcern, maxTimeMS: milliseconds }
    for (let attempts = 1; ; attempts++) {
      try {
        return concerned(await this.#say(full, milliseconds))
      } catch (error) {
        if (attempts === mostAttempts || !isConflict(error)) throw error
      }
    }
  }

  /** A command of a migration. The index of a large collection takes its time. */
  async build(command: Document): Promise<Reply> {
    return concerned(await this.#say({ ...command, writeConcern: { w: 'majority' } }, patience))
  }

  #say(command: Document, milliseconds = this.#milliseconds): Promise<Reply> {
    return this.#within(
      milliseconds,
      (signal) => this.#database.command(command, { ...plain, signal }) as Promise<Reply>,
    )
  }

  /** The driver ends the connection of a command that is aborted: a server that hangs does not use up the pool. */
  async #within<T>(milliseconds: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), milliseconds)
    try {
      return await ask(abort.signal)
    } catch (error) {
      if (abort.signal.aborted) throw new StoreUnavailableError(`MongoDB did not answer within ${milliseconds} ms`)
      throw readable(error)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Values as JavaScript has them, of whatever kind the client's owner likes them. Bytes come as Buffer. */
const plain = {
  readPreference: 'primary',
  promoteValues: true,
  promoteLongs: true,
  promoteBuffers: true,
  useBigInt64: false,
  raw: false,
} as const

/** Of a command that got in another's way. MongoDB repeats it by itself, engines on top of others find a deadlock. */
const mostAttempts = 4

/** Documents on one trip. */
const listBatch = 5000

/** Milliseconds. */
const patience = 600_000

function concerned(reply: Reply): Reply {
  if (reply.writeConcernError) throw readable({ name: 'MongoWriteConcernError', ...reply.writeConcernError })
  return reply
}
