import { type Relay, type Schema, type Store, StoreUnavailableError } from '../store.js'
import { copyOf } from './copy-of.js'
import type { Preparation } from './prepare-once.js'
import { withTimeout } from './with-timeout.js'

/**
 * The verbs of a driver, which need not care about preparation, time limits and closing. Each group is a plain object of
 * functions that do not use `this`: methods of a class are not found.
 */
export interface Driver extends Omit<Store, 'relay' | 'schema' | 'close'> {
  /** As messages name it, such as `PostgreSQL`. */
  readonly database: string
  /** Seconds until a call without an answer rejects with {@link StoreUnavailableError}. */
  readonly timeout: number
  /**
   * Seconds for the verbs whose name begins with `delete`, which run many statements. Set it if each statement has a time limit
   * of its own. Default: `timeout`.
   */
  readonly sweepTimeout?: number
  /** Must succeed before any verb runs, except for those of the schema. */
  readonly preparation: Preparation
  /** Its verbs run without preparation, because the preparation calls them. */
  readonly schema?: Schema
  readonly relay?: Relay
  /** Closes what the driver opened itself, such as the relay's connection. Called once, before the store drains. */
  close?(): void | Promise<void>
}

/** Seconds. A migration may build an index of a large table, or wait for another node that does. */
export const migrationTimeout = 3600

/**
 * A store of a driver's verbs: each waits for the preparation, and rejects after its time limit and after `close`. `close`
 * resolves when the calls that were under way have settled.
 */
export function createDriverStore(driver: Driver): Store {
  const { database, timeout, sweepTimeout = timeout, preparation, schema, relay } = driver
  let closing: Promise<void> | undefined
  let running = 0
  let drained: (() => void) | undefined

  function leave(): void {
    running--
    if (running === 0) drained?.()
  }

  function afterPreparation(verb: (...args: unknown[]) => Promise<unknown>, args: unknown[]): Promise<unknown> {
    // The caller may change what it passed in while the call waits.
    const copies = copyOf(args)
    return preparation.run().then(() => verb(...copies))
  }

  function limited<Verbs extends object>(verbs: Verbs, secondsOf: (verb: string) => number, prepared: boolean): Verbs {
    const entries = Object.entries(verbs).map(([name, verb]) => {
      const seconds = secondsOf(name)
      return [
        name,
        (...args: unknown[]) => {
          if (closing) return Promise.reject(new StoreUnavailableError('the store is closed'))
          const answer = prepared && !preparation.isReady() ? afterPreparation(verb, args) : verb(...args)
          const settled = withTimeout(seconds, database, answer)
          running++
          settled.then(leave, leave)
          return settled
        },
      ]
    })
    return Object.fromEntries(entries) as Verbs
  }

  const verbs = <Verbs extends object>(group: Verbs) =>
    limited(group, (name) => (name.startsWith('delete') ? sweepTimeout : timeout), true)

  async function close(): Promise<void> {
    await driver.close?.()
    if (running > 0) await new Promise<void>((resolve) => (drained = resolve))
  }

  return {
    sessions: verbs(driver.sessions),
    accounts: verbs(driver.accounts),
    keys: verbs(driver.keys),
    counters: verbs(driver.counters),
    oneTimeValues: verbs(driver.oneTimeValues),
    events: verbs(driver.events),
    ...verbs({ now: driver.now }),
    ...(schema && { schema: limited(schema, () => migrationTimeout, false) }),
    ...(relay && { relay }),
    close() {
      closing ??= close()
      return closing
    },
  }
}
