import type { Logger, RevocationEntry } from '@sessionward/protocol'
import type { Count } from '../figures.js'
import { describeError } from '../logger.js'
import type { SessionStore } from '../store/store.js'
import type { RevocationFeed } from './feed.js'
import type { RevocationJournal } from './journal.js'

/** Publishes committed revocations to guards and writes them to the journal before the answer. Retries both if that failed. */
export interface RevocationOutbox {
  /** Publishes entries to guards. Resolves when they are in the journal, or when that failed and a retry is scheduled. */
  publish(entries: readonly RevocationEntry[]): Promise<void>
  /** Writes the store's entries to the journal, because a node may have crashed between the two writes. */
  recover(): Promise<void>
  /** Called when the store did not answer a write that it may nevertheless have committed. */
  onLostAnswer(): void
  /** Reads the store and writes the journal a last time, if entries may be missing. */
  close(): Promise<void>
}

export interface RevocationOutboxParts {
  readonly feed: Pick<RevocationFeed, 'publish'>
  readonly journal: RevocationJournal | undefined
  readonly sessions: Pick<SessionStore, 'revokedSince'>
  readonly count: Count
  /** Default `console`. */
  readonly logger?: Logger
}

/** Milliseconds until the next attempt; the last value applies to all later ones. */
const retryDelays = [1000, 2000, 5000, 15_000, 60_000]

/** Maximum number of entries that wait for the journal, about ten megabytes. Further ones are dropped. */
const maxPending = 100_000

/** Entries of one write. Small enough that a nearly full disk accepts some writes. */
const batchSize = 500

/**
 * Number of reads of the store after a lost answer: one as soon as it is available, the others over ten minutes, because a commit
 * may become visible long after the request.
 */
const readsAfterLostAnswer = 11

export function createRevocationOutbox({
  feed,
  journal,
  sessions,
  count,
  logger = console,
}: RevocationOutboxParts): RevocationOutbox {
  /** Session ends that are not in the journal yet, by session id. */
  const pending = new Map<string, RevocationEntry>()
  /** Ids of the sessions in the journal, to avoid writing them twice. Cleared when there are too many. */
  const written = new Set<string>()
  /** Pending writes, by session id. */
  const writing = new Map<string, Promise<void>>()
  let readsLeft = 0
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  async function record(entries: readonly RevocationEntry[]): Promise<void> {
    try {
      await write(entries)
    } catch (error) {
      // The sessions have ended and guards were notified, so a failing journal must not fail the sign-out.
      addPending(entries)
      warn(error, count, logger)
      schedule(retryDelays[0]!)
    }
  }

  /** Writes each entry once, although a read of the store and a sign-out may both contain it. */
  async function write(entries: readonly RevocationEntry[]): Promise<void> {
    if (!journal) return
    // An empty write at start-up checks that the file can be written.
    if (entries.length === 0) return journal.append(entries)
    const unwritten = entries.filter((entry) => 'sid' in entry && !written.has(entry.sid) && !writing.has(entry.sid))
    if (unwritten.length > 0) void append(journal, unwritten).catch(() => {})
    await Promise.all(sidsOf(entries).map((sid) => writing.get(sid)))
    for (const sid of sidsOf(entries)) pending.delete(sid)
  }

  function append(to: RevocationJournal, entries: readonly RevocationEntry[]): Promise<void> {
    const sids = sidsOf(entries)
    const appending = to
      .append(entries)
      .then(() => {
        if (written.size > maxPending) written.clear()
        for (const sid of sids) written.add(sid)
      })
      .finally(() => {
        for (const sid of sids) writing.delete(sid)
      })
    for (const sid of sids) writing.set(sid, appending)
    return appending
  }

  function addPending(entries: readonly RevocationEntry[]): void {
    if (!journal) return
    for (const entry of entries) {
      if ('sid' in entry && !written.has(entry.sid) && pending.size < maxPending) pending.set(entry.sid, entry)
    }
  }

  function schedule(delay: number): void {
    if (!closed) timer ??= setTimeout(retry, delay).unref()
  }

  async function retry(): Promise<void> {
    timer = undefined
    try {
      if (readsLeft > 0) await readStore()
      await flush()
      failures = 0
      if (readsLeft > 0) schedule(retryDelays.at(-1)!)
    } catch {
      schedule(retryDelays[Math.min(++failures, retryDelays.length - 1)]!)
    }
  }

  async function readStore(): Promise<void> {
    const { entries } = await sessions.revokedSince(null)
    feed.publish(entries)
    addPending(entries)
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
      schedule(retryDelays[0]!)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      try {
        if (readsLeft > 0) await readStore()
      } catch {
        // The store is still unavailable. A node that starts within minutes recovers the entries.
      }
      await flush().catch(() => {})
    },
  }
}

function sidsOf(entries: readonly RevocationEntry[]): string[] {
  return entries.flatMap((entry) => ('sid' in entry ? [entry.sid] : []))
}

/** Until the journal is written, restoring a backup would bring these sessions back. */
function warn(error: unknown, count: Count, logger: Logger): void {
  count('journal_failed')
  logger.warn(`the revocation journal could not be written and is retried: ${describeError(error)}`)
}
