import { migrationTimeout } from '../driver/store-lifecycle.js'
import { StoreUnavailableError } from '../store.js'
import type { Document, MongodbDatabase } from './client.js'
import { isConflict, readable, refused, type WriteError } from './errors.js'

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

export interface DatabaseOptions {
  readonly readConcern: ReadConcern
  /** Seconds. */
  readonly timeout: number
}

/**
 * Runs every command with its own concerns and time limit, so that the defaults of the client do not matter.
 *
 * Commands and not the methods of a collection: one command does the work of many requests and reports on each, and costs this
 * process half as much as a bulk write. The driver does not repeat a command by itself, so none is carried out twice. An error
 * of a failover goes to the caller, whose client tries again.
 */
export class Database {
  readonly #db: MongodbDatabase
  readonly #chosen: ReadConcern
  readonly #milliseconds: number
  #level: ReadConcern | 'local' = 'local'

  constructor(db: MongodbDatabase, { readConcern, timeout }: DatabaseOptions) {
    this.#db = db
    this.#chosen = readConcern
    this.#milliseconds = Math.ceil(timeout * 1000)
  }

  /** Chooses the read concern: a standalone server refuses `linearizable`, and need not ask others. */
  async detectTopology(): Promise<void> {
    const { setName, msg } = (await this.#run({ hello: 1 })) as { readonly setName?: unknown; readonly msg?: unknown }
    const isStandalone = setName === undefined && msg !== 'isdbgrid'
    this.#level = isStandalone ? 'local' : this.#chosen
  }

  /** A `find`. If its documents did not fit into one answer, `cursor.id` is not 0. */
  read(command: Document): Promise<Reply> {
    return this.#run({ ...command, readConcern: { level: this.#level }, maxTimeMS: this.#milliseconds })
  }

  /** A read of one node: for a write that compares again, or for the clock. */
  readLocal(command: Document): Promise<Reply> {
    return this.#run({ ...command, readConcern: { level: 'local' }, maxTimeMS: this.#milliseconds })
  }

  /** A list, however long. */
  list(collection: string, pipeline: Document[]): Promise<readonly Document[]> {
    const options = { readConcern: { level: this.#level }, maxTimeMS: this.#milliseconds, batchSize: listBatch }
    return this.#within(this.#milliseconds, (signal) =>
      this.#db
        .collection(collection)
        .aggregate(pipeline, { ...plain, ...options, signal })
        .toArray(),
    )
  }

  /** At most `limit` ids, in the order of an index, for a write that compares again. */
  async idsOf(collection: string, filter: Document, sort: Document, limit: number): Promise<readonly string[]> {
    const command = { find: collection, filter, sort, limit, batchSize: limit, projection: { _id: 1 } }
    const { cursor } = await this.readLocal(command)
    return cursor!.firstBatch.map((row) => row._id as string)
  }

  /** Durable on a majority before it is answered. If it rejects, it may have taken place all the same. */
  async write(command: Document): Promise<Reply> {
    const reply = await this.attempt(command)
    if (reply.writeErrors?.[0]) throw refused(reply.writeErrors[0])
    return reply
  }

  /**
   * Deletes at most `limit` documents that meet the condition, in the order of an index.
   *
   * @returns how many were deleted.
   */
  async deleteBatch(collection: string, filter: Document, sort: Document, limit: number): Promise<number> {
    if (limit <= 0) return 0
    const ids = await this.idsOf(collection, filter, sort, limit)
    if (ids.length === 0) return 0
    const deletes = [{ q: { _id: { $in: ids }, ...filter }, limit: 0 }]
    return (await this.write({ delete: collection, deletes })).n ?? 0
  }

  /**
   * As `write`, for callers that read what became of each statement from `writeErrors`.
   *
   * @param maxSeconds Seconds that an attempt may take, if the time limit is longer.
   */
  async attempt(command: Document, maxSeconds = Number.POSITIVE_INFINITY): Promise<Reply> {
    const milliseconds = Math.min(this.#milliseconds, maxSeconds * 1000)
    const writeConcern = { w: 'majority', j: true, wtimeout: milliseconds }
    const full = { ...command, writeConcern, maxTimeMS: milliseconds }
    for (let attempts = 1; ; attempts++) {
      try {
        return requireWriteConcern(await this.#run(full, milliseconds))
      } catch (error) {
        if (attempts === maxAttempts || !isConflict(error)) throw error
      }
    }
  }

  /** A command of a migration, which may build the index of a large collection. */
  async migrate(command: Document): Promise<Reply> {
    return requireWriteConcern(
      await this.#run({ ...command, writeConcern: { w: 'majority' } }, migrationTimeout * 1000),
    )
  }

  #run(command: Document, milliseconds = this.#milliseconds): Promise<Reply> {
    return this.#within(milliseconds, (signal) => this.#db.command(command, { ...plain, signal }) as Promise<Reply>)
  }

  /** The driver ends the connection of a command that is aborted: a server that hangs does not use up the pool. */
  async #within<T>(milliseconds: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), milliseconds)
    try {
      return await run(abort.signal)
    } catch (error) {
      if (abort.signal.aborted) throw new StoreUnavailableError(`MongoDB did not answer within ${milliseconds} ms`)
      throw readable(error)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Plain JavaScript values, whatever the client is set to. Bytes come as Buffer. */
const plain = {
  readPreference: 'primary',
  promoteValues: true,
  promoteLongs: true,
  promoteBuffers: true,
  useBigInt64: false,
  raw: false,
} as const

/** Of a command that conflicts with another. MongoDB repeats it by itself; other engines report a deadlock. */
const maxAttempts = 4

/** Documents in one round trip. */
const listBatch = 5000

function requireWriteConcern(reply: Reply): Reply {
  if (reply.writeConcernError) throw readable({ name: 'MongoWriteConcernError', ...reply.writeConcernError })
  return reply
}
