import { readJournal } from './revocation-journal.js'
import type { CounterStore, Store } from './store/store.js'

export interface RestoreOptions {
  /** Journals of revocations, one of each node that kept its own. */
  readonly journals: readonly string[]
  /** Seconds for which clients that are ahead of the store are believed. Default a day. */
  readonly recovery?: number
  /** Seconds for which guards are told of the sessions that are ended again. Default an hour. */
  readonly keepRevoked?: number
}

export interface Restored {
  /** Lines that the journals hold. */
  readonly lines: number
  /** Lines that are none, such as the last one before a loss of power. */
  readonly unreadable: number
  /** Sessions that the backup had brought back, and that are ended again. */
  readonly ended: number
  /** Seconds for which recovery is now declared. */
  readonly recovery: number
}

const day = 24 * 3600

/**
 * What remains to be done when a database has been restored from a backup, before the auth server starts on it: sessions that
 * were ended after the backup are ended again, and clients that rotated after it are believed for a time (docs/rotation.md,
 * *ahead*). It may be run again.
 *
 * @throws Error where a journal cannot be read, before anything is changed; StoreUnavailableError.
 */
export async function completeRestore(store: Store, options: RestoreOptions): Promise<Restored> {
  const { journals, recovery = day, keepRevoked = 3600 } = options
  if (!Number.isInteger(recovery) || recovery < 1) throw new TypeError('recovery must be whole seconds, at least 1')
  const ends = new Map<string, Parameters<Store['sessions']['revoke']>[1]>()
  let [lines, unreadable] = [0, 0]
  for (const path of journals) {
    for await (const line of readJournal(path)) {
      lines++
      if (!line) unreadable++
      // The first end of a session is the one that counts.
      else if (!ends.has(line.sid)) ends.set(line.sid, line.reason)
    }
  }
  let ended = 0
  for (const batch of batchesOf([...ends])) {
    const entries = await Promise.all(batch.map(([sid, reason]) => store.sessions.revoke(sid, reason, keepRevoked)))
    ended += entries.filter((entry) => entry !== null).length
  }
  const declared = await store.counters.add(declaration, 1, recovery)
  return { lines, unreadable, ended, recovery: declared.resetsIn }
}

/** Whether recovery has been declared, on whichever node, and its time is not over. */
export async function isRecoveryDeclared(counters: CounterStore): Promise<boolean> {
  return (await counters.add(declaration, 0, 1)).count > 0
}

const declaration = 'recovery declared'

function batchesOf<T>(items: readonly T[], size = 100): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
