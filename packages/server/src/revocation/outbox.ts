import type { Logger, RevocationEntry } from '@sessionward/protocol'
import { describeError } from '../logger.js'
import type { SessionStore } from '../store/store.js'
import type { RevocationFeed } from './feed.js'
import type { RevocationJournal } from './journal.js'

/** Publishes committed revocations: to guards at once, to the journal before the answer, and to both later where that failed. */
export interface RevocationOutbox {
  /** Publishes to guards. Resolves when the entries are in the journal, or when that failed and will be retried. */
  publish(entries: readonly RevocationEntry[]): Promise<void>
  /** Writes to the journal what the store holds, because a node may have died between the two. */
  recover(): Promise<void>
  /** Called when the store did not answer a change that it may nevertheless have made. */
  onLostAnswer(): void
  /** Reads the store and writes the journal one last time, where something may be missing. */
  close(): Promise<void>
}

export interface RevocationOutboxParts {
  readonly feed: Pick<RevocationFeed, 'publish'>
  readonly journal: RevocationJournal | undefined
  readonly sessions: Pick<SessionStore, 'revokedSince'>
  readonly count: (figure: string) => void
  /** Default `console`. */
  readonly logger?: Logger
}

/** Milliseconds until the next attempt; the last applies to all later ones. */
const pauses = [1000, 2000, 5000, 15_000, 60_000]

/** Entries that are kept for a journal that cannot be written, about ten megabytes. Further ones are dropped. */
const maximumPending = 100_000

/** Entries of one write. A disk that is nearly full accepts some of them. */
const batchSize = 500

/**
 * How often the store is read after a lost answer: as soon as it is available, and then for ten minutes. A commit may become
 * visible long after the request.
 */
const readsAfterLostAnswer = 11

export function createRevocationOutbox({
  feed,
  journal,
  sessions,
  count,
  logger = console,
}: RevocationOutboxParts): RevocationOutbox {
  /** Session ends that the journal does not have yet, by session id. */
  const pending = new Map<string, RevocationEntry>()
  /** Session ids that are in the journal, so that no later read writes them again. Cleared when there are too many. */
  const written = new Set<string>()
  /** Writes that are under way, by session id. */
  const writing = new Map<string, Promise<void>>()
  let readsLeft = 0
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  async function record(entries: readonly RevocationEntry[]): Promise<void> {
    try {
      await write(entries)
    } catch (error) {
      // The sessions have ended and guards know it. A failing journal must not look like a failed sign-out.
      keep(entries)
      warn(error, count, logger)
      schedule(pauses[0]!)
    }
  }

  /** Resolves when the journal has the entries, each of them once: a read of the store and a sign-out may bring the same one. */
  async function write(entries: readonly RevocationEntry[]): Promise<void> {
    if (!journal) return
    // Writing nothing shows at the start whether the file can be written.
    if (entries.length === 0) return journal.append(entries)
    const fresh = entries.filter((entry) => 'sid' in entry && !written.has(entry.sid) && !writing.has(entry.sid))
    if (fresh.length > 0) void append(journal, fresh).catch(() => {})
    await Promise.all(sidsOf(entries).map((sid) => writing.get(sid)))
    for (const sid of sidsOf(entries)) pending.delete(sid)
  }

  function append(to: RevocationJournal, entries: readonly RevocationEntry[]): Promise<void> {
    const sids = sidsOf(entries)
    const appending = to
      .append(entries)
      .then(() => {
        if (written.size > maximumPending) written.clear()
        for (const sid of sids) written.add(sid)
      })
      .finally(() => {
        for (const sid of sids) writing.delete(sid)
      })
    for (const sid of sids) writing.set(sid, appending)
    return appending
  }

  function keep(entries: readonly RevocationEntry[]): void {
    if (!journal) return
    for (const entry of entries) {
      if ('sid' in entry && !written.has(entry.sid) && pending.size < maximumPending) pending.set(entry.sid, entry)
    }
  }

  function schedule(pause: number): void {
    if (!closed) timer ??= setTimeout(retry, pause).unref()
  }

  async function retry(): Promise<void> {
    timer = undefined
    try {
      if (readsLeft > 0) await readStore()
      await flush()
      failures = 0
      if (readsLeft > 0) schedule(pauses.at(-1)!)
    } catch {
      schedule(pauses[Math.min(++failures, pauses.length - 1)]!)
    }
  }

  async function readStore(): Promise<void> {
    const { entries } = await sessions.revokedSince(null)
    feed.publish(entries)
    keep(entries)
    readsLeft--
  }

  async function flush(): Promise<void> {
    while (pending.size > 0) await write([...pending.values()].slice(0, batchSize))
  }

  return {
    async publish(entries) {
      if (entries.length === 0) return
      feed.publish(entries)
      await record(entries)
    },
    async recover() {
      if (journal) await record((await sessions.revokedSince(null)).entries)
    },
    onLostAnswer() {
      readsLeft = readsAfterLostAnswer
      schedule(pauses[0]!)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      try {
        if (readsLeft > 0) await readStore()
      } catch {
        // Still unavailable. A node that starts within minutes finds the entries.
      }
      await flush().catch(() => {})
    },
  }
}

function sidsOf(entries: readonly RevocationEntry[]): string[] {
  return entries.flatMap((entry) => ('sid' in entry ? [entry.sid] : []))
}

/** Until it is written, restoring a backup would bring these sessions back. */
function warn(error: unknown, count: (figure: string) => void, logger: Logger): void {
  count('journal_failed')
  logger.warn(`the revocation journal could not be written and is retried: ${describeError(error)}`)
}
