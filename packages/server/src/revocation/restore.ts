import type { CounterStore, Store } from '../store/store.js'
import { readJournal } from './journal.js'

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
  /** Seconds for which recovery is now declared: those that were asked for, or more where it was declared for longer. */
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
    for await (const line of linesOf(path)) {
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
 * Declares it for so many seconds at least: what is declared for longer stays so, whoever declared it, the backup too.
 *
 * @returns seconds for which it is declared now.
 */
async function declareRecovery(counters: CounterStore, seconds: number): Promise<number> {
  const before = await counters.add(declaration, 0, declarationKept)
  const wanted = elapsed(before) + seconds
  if (before.count >= wanted) return before.count - elapsed(before)
  const { count } = await counters.add(declaration, wanted - before.count, declarationKept)
  // Who declared it at the same moment has added to the same: what is too much goes, and the longer of the two stays.
  const excess = Math.min(count - wanted, wanted - before.count)
  if (excess > 0) await counters.add(declaration, -excess, declarationKept)
  return count - Math.max(0, excess) - elapsed(before)
}

/** Whether recovery has been declared, on whichever node, and its time is not over. */
export async function isRecoveryDeclared(counters: CounterStore): Promise<boolean> {
  const declared = await counters.add(declaration, 0, declarationKept)
  return declared.count > elapsed(declared)
}

/**
 * A counter ends at a time that nobody can move. So this one is kept for a hundred years, and counts for how many seconds
 * from its beginning recovery is declared.
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
