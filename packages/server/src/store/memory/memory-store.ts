import { clock, readOptions } from '../driver/store-options.js'
import type { Store } from '../store.js'
import { memoryAccounts } from './accounts.js'
import { memoryCounters } from './counters.js'
import { memoryEvents } from './events.js'
import { memoryKeys } from './keys.js'
import { memoryOneTimeValues } from './one-time-values.js'
import { memorySessions } from './sessions.js'

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /** The store's clock, in milliseconds since the epoch. Default: the machine's. For tests. */
  readonly now?: () => number
}

/**
 * A store in the memory of this process, for tests and trials.
 *
 * Not for production: everybody is signed out when the process ends, a second process knows nothing of it, and it grows
 * until `deleteExpired` is called.
 *
 * @throws TypeError that names the option.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const { now } = readOptions('memoryStore', options, { now: clock })
  return {
    sessions: memorySessions(now),
    accounts: memoryAccounts(now),
    keys: memoryKeys(now),
    counters: memoryCounters(now),
    oneTimeValues: memoryOneTimeValues(now),
    events: memoryEvents(now),
    now: async () => now(),
    close: async () => {},
  }
}
