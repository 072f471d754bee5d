import { StoreUnavailableError } from '../store.js'
import { type Connection, isBusy } from './connection.js'

/**
 * Puts the work of all requests of one event-loop turn into one transaction, because the wait for the disk costs as much
 * for one write as for a hundred.
 *
 * A work is a synchronous function on the connection. Writes run one after the other at the end of the turn, each is
 * atomic, and nobody is answered before COMMIT. A read runs at once: it sees all that was answered, and never half a
 * transaction, since those have no turn's end inside. Were it to wait for the turn's end too, a request that reads and then
 * writes would take several turns, and share its transaction with fewer others.
 */
export class CommitGroup {
  readonly #connection: Connection
  readonly #patience: number
  #writes: Work[] = []
  #scheduled = false
  #paused = false
  #busySince: number | undefined
  #closing: Promise<void> | undefined

  /** @param patience Seconds to wait for another process that writes. */
  constructor(connection: Connection, patience: number) {
    this.#connection = connection
    this.#patience = patience
  }

  /** @param work Changes nothing. */
  async read<T>(work: () => T): Promise<T> {
    if (this.#closing) throw closed()
    return work()
  }

  /** @param work Touches nothing but the connection: where a transaction is rolled back for another's fault, it runs again. */
  write<T>(work: () => T): Promise<T> {
    if (this.#closing) return Promise.reject(closed())
    return new Promise<T>((resolve, reject) => {
      this.#writes.push({ run: work, resolve: resolve as (result: unknown) => void, reject })
      if (this.#scheduled) return
      this.#scheduled = true
      // After the turn's sockets have been read, so that the requests of all of them share the transaction.
      setImmediate(this.#flush)
    })
  }

  /** Finishes what was begun, then closes the connection. */
  close(): Promise<void> {
    if (this.#closing) return this.#closing
    const last = this.write(() => {})
    this.#closing = last.catch(() => {}).then(() => this.#connection.close())
    return this.#closing
  }

  readonly #flush = (): void => {
    this.#scheduled = false
    if (!this.#paused) this.#runWrites()
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
        } else if (isBusy(error) && this.#isPatient()) {
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

  #isPatient(): boolean {
    this.#busySince ??= performance.now()
    return performance.now() - this.#busySince < this.#patience * 1000
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

/** Milliseconds. */
const pauseBetweenAttempts = 5

interface Work {
  run(): unknown
  resolve(result: unknown): void
  reject(error: unknown): void
}

function closed(): StoreUnavailableError {
  return new StoreUnavailableError('the store is closed')
}

function rejectAll(works: readonly Work[], error: unknown): void {
  const reason =
    error instanceof StoreUnavailableError
      ? error
      : new StoreUnavailableError('SQLite cannot make a transaction', { cause: error })
  for (const work of works) work.reject(reason)
}
