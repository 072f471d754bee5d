import { raiseCounter } from '../store/raise-counter.js'
import type { CounterStore, Store } from '../store/store.js'
import { readJournal } from './journal.js'
import { offlineRetention } from './retention.js'

/** Options of `completeRestore`. */
export interface RestoreOptions {
  /** Paths of revocation journals, one for each node that writes one. */
  readonly journals: readonly string[]
  /** Seconds for which refresh tokens that are ahead of the store are accepted. Default one day. */
  readonly recovery?: number
  /**
   * Seconds for which guards refuse the sessions that are ended again, at least; as long as their access tokens may live in
   * any case. Default one hour.
   */
  readonly revocationRetention?: number
}

/** What `completeRestore` has done. */
export interface Restored {
  /** Lines that the journals hold. */
  readonly lines: number
  /** Lines that cannot be read, such as the last one before a loss of power. */
  readonly unreadable: number
  /** Sessions that the backup brought back, and that are ended again. */
  readonly ended: number
  /** Seconds for which recovery is now declared: as requested, or longer if it was already declared for longer. */
  readonly recovery: number
}

const day = 24 * 3600

/**
 * Completes the restore of a database from a backup, before the auth server starts on it: ends again the sessions that ended
 * after the backup, and accepts for a time clients that rotated after it (docs/rotation.md, *ahead*). It may be run again.
 *
 * @throws Error where a journal cannot be read, before anything is changed; StoreUnavailableError.
 */
export async function completeRestore(store: Store, options: RestoreOptions): Promise<Restored> {
  const { journals, recovery = day, revocationRetention = 3600 } = options
  if (!Number.isInteger(recovery) || recovery < 1)
    throw new TypeError('recovery must be a whole number of seconds, at least 1')
  const ends = new Map<string, Parameters<Store['sessions']['revoke']>[1]>()
  let [lines, unreadable] = [0, 0]
  for (const path of journals) {
    for await (const line of linesOf(path)) {
      lines++
      if (!line) unreadable++
      // The first end of a session is the one that counts.
      else if (!ends.has(line.sid)) ends.set(line.sid, line.reason)
    }
  }
  const keepFor = await offlineRetention(store.counters, revocationRetention)
  let ended = 0
  for (const batch of batchesOf([...ends])) {
    const entries = await Promise.all(batch.map(([sid, reason]) => store.sessions.revoke(sid, reason, keepFor)))
    ended += entries.filter((entry) => entry !== null).length
  }
  return { lines, unreadable, ended, recovery: await declareRecovery(store.counters, recovery) }
}

async function* linesOf(path: string): ReturnType<typeof readJournal> {
  try {
    yield* readJournal(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new Error(`the journal ${path} cannot be read: ${code}`, { cause })
  }
}

/**
 * Declares recovery for at least `seconds`. A longer declaration stays, even one that the backup contains.
 *
 * @returns seconds for which it is now declared.
 */
async function declareRecovery(counters: CounterStore, seconds: number): Promise<number> {
  const passed = elapsed(await counters.add(declaration, 0, declarationKept))
  return (await raiseCounter(counters, declaration, passed + seconds, declarationKept)) - passed
}

/** Whether recovery has been declared on any node, and its time has not passed. */
export async function isRecoveryDeclared(counters: CounterStore): Promise<boolean> {
  const declared = await counters.add(declaration, 0, declarationKept)
  return declared.count > elapsed(declared)
}

/**
 * The end of a counter cannot be moved. This one is therefore kept for a hundred years, and its value is the number of seconds
 * from its beginning for which recovery is declared.
 */
const declaration = 'seconds of recovery'
const declarationKept = 100 * 365 * day

/** Seconds since the counter began; 0 where it has not. */
function elapsed({ resetsIn }: { readonly resetsIn: number }): number {
  return resetsIn === 0 ? 0 : declarationKept - resetsIn
}

function batchesOf<T>(items: readonly T[], size = 100): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
