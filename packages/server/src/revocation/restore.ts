import { raiseCounter } from '../store/raise-counter.js'
import type { CounterStore, Store } from '../store/store.js'
import { readJournal } from './journal.js'
import { offlineRetention } from './retention.js'

/** Options of `completeRestore`. */
export interface RestoreOptions {
  /** Paths of the revocation journals of all nodes. */
  readonly journals: readonly string[]
  /** Seconds for which refresh tokens ahead of the store are accepted. Default one day. */
  readonly recovery?: number
  /**
   * Minimum number of seconds for which guards refuse the sessions that are ended again. Longer if their access tokens may live
   * longer. Default one hour.
   */
  readonly revocationRetention?: number
}

/** The result of `completeRestore`. */
export interface RestoreResult {
  /** Number of lines in the journals. */
  readonly lines: number
  /** Number of unreadable lines, such as the last one before a power loss. */
  readonly unreadable: number
  /** Number of sessions that the backup brought back and that were ended again. */
  readonly ended: number
  /** Seconds for which recovery is now declared: as requested, or longer if it was already declared for longer. */
  readonly recovery: number
}

const day = 24 * 3600

/**
 * Completes the restore of a database from a backup. Run it before the auth server starts. It ends the sessions that ended after
 * the backup, and accepts for a time clients whose tokens rotated after it (docs/rotation.md, *ahead*). It may be repeated.
 *
 * @throws Error if a journal cannot be read, before anything is changed; StoreUnavailableError.
 */
export async function completeRestore(store: Store, options: RestoreOptions): Promise<RestoreResult> {
  const { journals, recovery = day, revocationRetention = 3600 } = options
  if (!Number.isInteger(recovery) || recovery < 1)
    throw new TypeError('recovery must be a whole number of seconds, at least 1')
  const reasons = new Map<string, Parameters<Store['sessions']['revoke']>[1]>()
  let [lines, unreadable] = [0, 0]
  for (const path of journals) {
    for await (const line of linesOf(path)) {
      lines++
      if (!line) unreadable++
      // The first end of a session is the valid one.
      else if (!reasons.has(line.sid)) reasons.set(line.sid, line.reason)
    }
  }
  const retention = await offlineRetention(store.counters, revocationRetention)
  let ended = 0
  for (const batch of batchesOf([...reasons])) {
    const entries = await Promise.all(batch.map(([sid, reason]) => store.sessions.revoke(sid, reason, retention)))
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
 * Declares recovery for at least `seconds`. Never shortens an earlier declaration, even one from the backup.
 *
 * @returns the number of seconds for which recovery is now declared.
 */
async function declareRecovery(counters: CounterStore, seconds: number): Promise<number> {
  const passed = elapsed(await counters.add(declaration, 0, declarationWindow))
  return (await raiseCounter(counters, declaration, passed + seconds, declarationWindow)) - passed
}

/** Whether recovery is declared at present. */
export async function isRecoveryDeclared(counters: CounterStore): Promise<boolean> {
  const declared = await counters.add(declaration, 0, declarationWindow)
  return declared.count > elapsed(declared)
}

/**
 * The expiry of a counter cannot be changed. This one therefore lasts a hundred years, and its value is the number of seconds
 * since its start for which recovery is declared.
 */
const declaration = 'seconds of recovery'
const declarationWindow = 100 * 365 * day

/** Seconds since the counter started; 0 if it does not exist. */
function elapsed({ resetsIn }: { readonly resetsIn: number }): number {
  return resetsIn === 0 ? 0 : declarationWindow - resetsIn
}

function batchesOf<T>(items: readonly T[], size = 100): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
