import type { RevocationEntry } from '@sessionward/protocol'
import type { SessionStore } from '../store/store.js'
import type { RevocationFeed } from './feed.js'
import type { RevocationJournal } from './journal.js'

/** Hands on what was committed: to guards at once, to the journal before the answer, and to both later where that failed. */
export interface RevocationOutbox {
  /** Tells guards, and resolves when the journal has the entries or has failed; then it gets them as soon as it can. */
  publish(entries: readonly RevocationEntry[]): Promise<void>
  /** Puts into the journal what the store holds: what a node that died between the two left out. */
  recover(): Promise<void>
  /** Told where the store gave no answer to a change that may have been made all the same. */
  unanswered(): void
  /** Looks once more, and tries the journal once more, where something may still be missing. */
  close(): Promise<void>
}

export interface RevocationOutboxParts {
  readonly feed: Pick<RevocationFeed, 'publish'>
  readonly journal: RevocationJournal | undefined
  readonly sessions: Pick<SessionStore, 'revokedSince'>
  readonly count: (figure: string) => void
}

/** Milliseconds until the next try; the last stands for all after it. */
const pauses = [1000, 2000, 5000, 15_000, 60_000]

/** What a journal that cannot be written may lack before it is given up: some ten megabytes. */
const mostLacking = 100_000

/** Entries that are written before the next are: a disk that is nearly full takes some of them. */
const atOnce = 500

/**
 * How often the store is looked through after an answer that was lost: as soon as it answers, and then for ten minutes more.
 * A commit may become visible long after it was asked for.
 */
const looksEach = 11

export function createRevocationOutbox({ feed, journal, sessions, count }: RevocationOutboxParts): RevocationOutbox {
  const lacking = new Map<string, RevocationEntry>()
  /** Session ids that stand in the journal, so that no look writes them again. Forgotten all at once where they are many. */
  const written = new Set<string>()
  let looks = 0
  let tries = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  async function record(entries: readonly RevocationEntry[]): Promise<void> {
    try {
      await write(entries)
    } catch (error) {
      // The sessions have ended, and guards know: that the journal is full must not look like a sign-out that failed.
      miss(entries)
      warn(error, count)
      plan(pauses[0]!)
    }
  }

  async function write(entries: readonly RevocationEntry[]): Promise<void> {
    if (!journal) return
    await journal.append(entries)
    if (written.size > mostLacking) written.clear()
    for (const sid of sidsOf(entries)) {
      written.add(sid)
      lacking.delete(sid)
    }
  }

  function miss(entries: readonly RevocationEntry[]): void {
    if (!journal) return
    for (const entry of entries) {
      if ('sid' in entry && !written.has(entry.sid) && lacking.size < mostLacking) lacking.set(entry.sid, entry)
    }
  }

  function plan(pause: number): void {
    if (!closed) timer ??= setTimeout(again, pause).unref()
  }

  async function again(): Promise<void> {
    timer = undefined
    try {
      if (looks > 0) await look()
      await flush()
      tries = 0
      if (looks > 0) plan(pauses.at(-1)!)
    } catch {
      plan(pauses[Math.min(++tries, pauses.length - 1)]!)
    }
  }

  async function look(): Promise<void> {
    const { entries } = await sessions.revokedSince(null)
    feed.publish(entries)
    miss(entries)
    looks--
  }

  async function flush(): Promise<void> {
    while (lacking.size > 0) await write([...lacking.values()].slice(0, atOnce))
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
    unanswered() {
      looks = looksEach
      plan(pauses[0]!)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      try {
        if (looks > 0) await look()
      } catch {
        // Away still. A node that starts within minutes finds what there was to find.
      }
      await flush().catch(() => {})
    },
  }
}

function sidsOf(entries: readonly RevocationEntry[]): string[] {
  return entries.flatMap((entry) => ('sid' in entry ? [entry.sid] : []))
}

/** Whoever restored a backup now would bring the session back to life. */
function warn(error: unknown, count: (figure: string) => void): void {
  count('journal_failed')
  const said = error instanceof Error ? error.message : String(error)
  const message = `the journal of revocations could not be written, and is tried again: ${said}`
  process.emitWarning(message, { code: 'SESSIONWARD' })
}
