import { randomBytes } from 'node:crypto'
import { createBatch } from '../driver/batch.js'
import { StoreUnavailableError } from '../store.js'
import type { RedisClient } from './client.js'
import type { Script } from './script.js'
import { errorFor, isNoScript, NotPrimaryError } from './unavailable.js'

export interface ConnectionOptions {
  readonly client: RedisClient
  /** Seconds that a verb may take. */
  readonly timeout: number
  /** Rejects where the server may not be used. Asked before the first verb, and again until it has agreed. */
  readonly admit: () => Promise<void>
}

/** The way to the server: every verb is a {@connection verb}, every command a {@connection call}. */
export class Connection {
  readonly #client: RedisClient
  readonly #timeout: number
  readonly #admit: () => Promise<void>
  #admission: Promise<void> | undefined
  #admitted = false
  #closed = false
  #left = Number.NEGATIVE_INFINITY

  constructor({ client, timeout, admit }: ConnectionOptions) {
    this.#client = client
    this.#timeout = timeout
    this.#admit = admit
  }

  /**
   * Runs the commands of a verb, and gives up when they have taken too long.
   *
   * A command that was given up may still be in the client's queue and take place later. Each script can bear that: it
   * compares, or what it does is what its caller wants anyhow, or it is too late by its own time limit.
   */
  async verb<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreUnavailableError('the store is closed')
    let timer: NodeJS.Timeout | undefined
    const overdue = new Promise<never>((_, reject) => {
      const giveUp = () => reject(new StoreUnavailableError(`Redis did not answer within ${this.#timeout} s`))
      timer = setTimeout(giveUp, this.#timeout * 1000)
    })
    try {
      return await Promise.race([this.#admitted ? work() : this.#whenAdmitted().then(work), overdue])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Runs a script, by its name as long as the server knows it: after a restart or a failover it does not. */
  async call(script: Script, keys: readonly string[], args: readonly (string | number)[] = []): Promise<unknown> {
    try {
      return await this.#client.call('evalsha', script.sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!isNoScript(error)) throw this.#failed(error)
    }
    try {
      return await this.#client.call('eval', script.lua, keys.length, ...keys, ...args)
    } catch (error) {
      throw this.#failed(error)
    }
  }

  /**
   * A verb of one key and at most one argument. What one turn of the event loop asks goes in one command, except on a
   * cluster, where a command has the keys of one slot.
   *
   * @param script Answers an array: something for all of its keys, and then something for each.
   */
  grouped(script: Script): (item: Grouped) => Promise<GroupedAnswer> {
    const run = (items: readonly Grouped[]) =>
      this.verb(async () => {
        const keys = items.map(({ key }) => key)
        const answers = (await this.call(script, keys, argumentsOf(items))) as readonly unknown[]
        return items.map((_, index) => [answers[0], answers[index + 1]] as const)
      })
    if (this.#client.nodes) return async (item) => (await run([item]))[0]!
    // All that there is at each turn: batches that waited for others would not be answered within the time of a verb.
    return createBatch({ run, maxConcurrent: Number.POSITIVE_INFINITY })
  }

  close(): void {
    this.#closed = true
  }

  async #whenAdmitted(): Promise<void> {
    this.#admission ??= this.#admit()
      .then(() => {
        this.#admitted = true
      })
      .catch((error: unknown) => {
        this.#leaveReplica(error)
        throw error
      })
      .finally(() => {
        this.#admission = undefined
      })
    await this.#admission
  }

  #failed(error: unknown): Error {
    const failure = errorFor(error)
    this.#leaveReplica(failure)
    return failure
  }

  /** A primary was made a replica, or the way led to one: a new connection may lead to the primary, and is looked at anew. */
  #leaveReplica(error: unknown): void {
    if (!(error instanceof NotPrimaryError)) return
    this.#admitted = false
    const now = performance.now()
    if (this.#closed || this.#client.nodes || now - this.#left < leavePause) return
    this.#left = now
    this.#client.disconnect?.(true)
  }
}

/** Milliseconds. */
const leavePause = 1000

export interface Grouped {
  readonly key: string
  readonly arg?: string
}

export type GroupedAnswer = readonly [forAll: unknown, forEach: unknown]

function argumentsOf(items: readonly Grouped[]): string[] {
  return items.flatMap(({ arg }) => arg ?? [])
}

const thisProcess = randomBytes(9).toString('base64url')
let calls = 0

/**
 * A name for one call of a verb, which its script leaves with what it wrote. The client sends a command again whose answer
 * was lost with the connection: the script then knows that it was itself who won.
 */
export function callName(): string {
  return `${thisProcess}.${(++calls).toString(36)}`
}
