import { schemaBehind } from '../schema-version.js'
import { type Schema, StoreUnavailableError } from '../store.js'
import type { Commands } from './commands.js'

export interface ReadinessOptions {
  readonly commands: Commands
  readonly schema: Schema
  readonly migrate: 'automatic' | 'manual'
  /** Seconds. */
  readonly timeout: number
}

/** Ensures for every call that the store is open, that the collections exist, and that the answer comes in time. */
export class Readiness {
  readonly #options: ReadinessOptions
  #isClosed = false
  #isReady = false
  #preparation: Promise<void> | undefined

  constructor(options: ReadinessOptions) {
    this.#options = options
  }

  /** The verbs of a part behind the readiness. */
  guard<T extends object>(part: T): T {
    const guarded = Object.entries(part).map(([name, verb]) => [
      name,
      (...args: unknown[]) => this.pass(() => verb(...args), name.startsWith('delete')),
    ])
    return Object.fromEntries(guarded) as T
  }

  /** @param patient For a sweep, which takes as long as there is something to delete; each of its commands has the time limit. */
  async pass<T>(verb: () => Promise<T>, patient = false): Promise<T> {
    if (this.#isClosed) throw new StoreUnavailableError('the store is closed')
    const answer = this.#isReady ? verb() : this.#prepare().then(verb)
    return patient ? answer : this.#inTime(answer)
  }

  /** Lets a verb of the schema pass, which needs no collections. */
  async passUnprepared<T>(verb: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new StoreUnavailableError('the store is closed')
    await this.#options.commands.meet()
    return verb()
  }

  close(): void {
    this.#isClosed = true
  }

  /** Once. After a failure the next call tries again. */
  #prepare(): Promise<void> {
    this.#preparation ??= this.#prepareNow().finally(() => {
      this.#preparation = undefined
    })
    return this.#preparation
  }

  async #prepareNow(): Promise<void> {
    const { commands, schema, migrate } = this.#options
    await commands.meet()
    if (migrate === 'automatic') await schema.migrate()
    const pending = await schema.pending()
    // MongoDB creates missing collections by itself, without their indexes.
    if (pending.length > 0) throw schemaBehind('the MongoDB database', pending)
    this.#isReady = true
  }

  /** An answer may have to wait for a batch that waits for the server: the limits of both commands add up. */
  async #inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new StoreUnavailableError(`MongoDB did not answer within ${this.#options.timeout} s`))
      }, this.#options.timeout * 1000)
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
    }
  }
}
