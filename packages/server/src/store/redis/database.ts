import { randomBytes } from 'node:crypto'
import { createBatch } from '../driver/batch.js'
import { type Preparation, prepareOnce } from '../driver/prepare-once.js'
import type { RedisClient } from './client.js'
import { failureOf, NotPrimaryError } from './errors.js'
import { runScript, type Script } from './script.js'

/**
 * Runs a script.
 *
 * A script whose caller has given up may still be in the client's queue and run later. Each script allows for that: it
 * compares, or does what its caller wants anyway, or has a deadline of its own.
 */
type Run = (script: Script, keys: readonly string[], args?: readonly (string | number)[]) => Promise<unknown>

/** Runs a script for one key, together with the others of the same turn of the event loop. */
type BatchedRun = (key: string, arg?: string) => Promise<readonly [forAll: unknown, forKey: unknown]>

export interface Database {
  readonly run: Run
  /**
   * One command for all calls of a turn of the event loop, except on a cluster, where a command has the keys of one slot.
   *
   * @param script Takes any number of keys with one argument each, or none. Returns an array: one value for all keys, then one
   * for each.
   */
  batched(script: Script): BatchedRun
  readonly preparation: Preparation
  close(): void
}

/** Milliseconds between two reconnections. */
const reconnectInterval = 1000

/** @param check Rejects if the server does not allow the store to keep its promises. */
export function createDatabase(client: RedisClient, check: () => Promise<void>): Database {
  let closed = false
  let reconnectedAt = Number.NEGATIVE_INFINITY
  const preparation = prepareOnce(() => check().catch(fail))

  /** The server has become a replica, or the address leads to one: a new connection may lead to the primary. */
  function fail(error: unknown): never {
    if (error instanceof NotPrimaryError) {
      preparation.invalidate()
      reconnect()
    }
    throw error
  }

  function reconnect(): void {
    const now = performance.now()
    if (closed || client.nodes || now - reconnectedAt < reconnectInterval) return
    reconnectedAt = now
    client.disconnect?.(true)
  }

  const run: Run = (script, keys, args = []) =>
    runScript(client, script, keys, args).catch((error) => fail(failureOf(error)))

  return {
    run,
    batched(script) {
      const runAll = async (items: readonly { readonly key: string; readonly arg: string | undefined }[]) => {
        const keys = items.map(({ key }) => key)
        const args = items.flatMap(({ arg }) => arg ?? [])
        const [forAll, ...forEach] = (await run(script, keys, args)) as readonly unknown[]
        return forEach.map((forKey) => [forAll, forKey] as const)
      }
      if (client.nodes) return async (key, arg) => (await runAll([{ key, arg }]))[0]!
      // Unlimited, because a batch that waits for others would not be answered in time.
      const batch = createBatch({ run: runAll, maxConcurrent: Number.POSITIVE_INFINITY })
      return (key, arg) => batch({ key, arg })
    },
    preparation,
    close() {
      closed = true
    },
  }
}

const thisProcess = randomBytes(9).toString('base64url')
let calls = 0

/**
 * Identifies one call of a verb; its script keeps the id beside what it writes. The client sends a command again if the
 * connection broke before the answer: then the script recognizes its own write.
 */
export function newCallId(): string {
  return `${thisProcess}.${(++calls).toString(36)}`
}
