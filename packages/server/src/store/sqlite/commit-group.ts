import { StoreUnavailableError } from '../store.js'
import type { Connection } from './database.js'
import { isBusy } from './errors.js'

/**
 * Runs the work of all requests of one event-loop turn in one transaction, because waiting for the disk takes as long for one
 * write as for a hundred.
 *
 * A work is a synchronous function on the connection. Works run one after the other at the end of the turn: each is atomic, and
 * a read sees everything that was answered before it was requested. No promise resolves before COMMIT.
 *
 * Requests read and then write. So after a turn with reads the writes are deferred for a few turns, until the requests that
 * have just read write too: commits get larger, and work of one kind that runs together costs two thirds of what it costs mixed
 * with other work (the processor's instruction cache).
 */
export class CommitGroup {
  readonly #connection: Connection
  readonly #busyTimeout: number
  #reads: Work[] = []
  #writes: Work[] = []
  #scheduled = false
  #deferred = 0
  #paused = false
  #busySince: number | undefined
  #closing: Promise<void> | undefined

  /** @param busyTimeout Seconds to wait for another process that writes. */
  constructor(connection: Connection, busyTimeout: number) {
    this.#connection = connection
    this.#busyTimeout = busyTimeout
  }

  /** @param work Changes nothing. */
  read<T>(work: () => T): Promise<T> {
    return this.#answer((one) => this.#reads.push(one), work)
  }

  /** @param work Touches nothing but the connection: where a transaction is rolled back for another's fault, it runs again. */
  write<T>(work: () => T): Promise<T> {
    return this.#answer((one) => this.#writes.push(one), work)
  }

  /** Finishes what was begun, then closes the connection. */
  close(): Promise<void> {
    if (this.#closing) return this.#closing
    const last = this.write(() => {})
    this.#closing = last.catch(() => {}).then(() => this.#connection.close())
    return this.#closing
  }

  /** @throws StoreUnavailableError after `close`. */
  checkOpen(): void {
    if (this.#closing) throw new StoreUnavailableError('the store is closed')
  }

  #answer<T>(enqueue: (work: Work) => void, work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.checkOpen()
      enqueue({ run: work, resolve: resolve as (result: unknown) => void, reject })
      this.#schedule()
    })
  }

  /** After the turn's sockets have been read, so that the requests of all of them share the transaction. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#flush)
  }

  readonly #flush = (): void => {
    this.#scheduled = false
    const hasRead = this.#runReads()
    if (this.#paused) return
    if (hasRead && this.#writes.length > 0 && this.#deferred < maxDeferredTurns) {
      this.#deferred++
      this.#schedule()
      return
    }
    this.#deferred = 0
    this.#runWrites()
  }

  /** One transaction for all, which saves each the locking. */
  #runReads(): boolean {
    const works = this.#reads
    if (works.length === 0) return false
    this.#reads = []
    try {
      this.#connection.exec('BEGIN')
      const settlements = works.map(attempt)
      this.#connection.exec('COMMIT')
      for (const settle of settlements) settle()
    } catch (error) {
      this.#rollBack()
      rejectAll(works, error)
    }
    return true
  }

  #runWrites(): void {
    let works = this.#writes
    this.#writes = []
    while (works.length > 0) {
      let running: Work | undefined
      try {
        const results: unknown[] = []
        this.#connection.exec('BEGIN IMMEDIATE')
        for (const work of works) {
          running = work
          results.push(work.run())
        }
        running = undefined
        this.#connection.exec('COMMIT')
        this.#busySince = undefined
        for (const [index, work] of works.entries()) work.resolve(results[index])
        return
      } catch (error) {
        this.#rollBack()
        if (running && !(error instanceof StoreUnavailableError)) {
          // The fault of this work alone: the others run again without it.
          running.reject(error)
          works = works.filter((work) => work !== running)
        } else if (isBusy(error) && this.#mayRetry()) {
          this.#pause(works)
          return
        } else {
          this.#busySince = undefined
          rejectAll(works, error)
          return
        }
      }
    }
  }

  #mayRetry(): boolean {
    this.#busySince ??= performance.now()
    return performance.now() - this.#busySince < this.#busyTimeout * 1000
  }

  /** Waits outside SQLite, whose own waiting would stop the event loop. Reads go on meanwhile. */
  #pause(works: readonly Work[]): void {
    this.#writes = [...works, ...this.#writes]
    this.#paused = true
    setTimeout(() => {
      this.#paused = false
      this.#runWrites()
    }, pauseBetweenAttempts)
  }

  #rollBack(): void {
    try {
      this.#connection.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, as it does on a full disk, or BEGIN was what failed.
    }
  }
}

/** Turns of the event loop: a refresh reads twice, its session and its person. */
const maxDeferredTurns = 2

/** Milliseconds. */
const pauseBetweenAttempts = 5

interface Work {
  run(): unknown
  resolve(result: unknown): void
  reject(error: unknown): void
}

function attempt(work: Work): () => void {
  try {
    const result = work.run()
    return () => work.resolve(result)
  } catch (error) {
    return () => work.reject(error)
  }
}

function rejectAll(works: readonly Work[], error: unknown): void {
  const reason =
    error instanceof StoreUnavailableError
      ? error
      : new StoreUnavailableError('SQLite cannot begin a transaction', { cause: error })
  for (const work of works) work.reject(reason)
}
