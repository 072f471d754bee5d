import type { RevocationEntry } from '@sessionward/protocol'
import type { RevocationFeed } from './revocation-feed.js'
import type { RevocationJournal } from './revocation-journal.js'
import type { SessionStore } from './store/store.js'

/** Hands on what was committed: to guards at once, to the journal before the answer, and to both later where that failed. */
export interface RevocationOutbox {
  /** Tells guards, and resolves when the journal has the entries or has failed; then it gets them as soon as it can. */
  publish(entries: readonly RevocationEntry[]): Promise<void>
  /** Puts into the journal what the store holds: what a node that died between the two left out. */
  recover(): Promise<void>
  /** Told where the store gave no answer to a change that may have been made all the same. */
  unanswered(): void
  /** Tries the journal once more, if it still lacks something. */
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

/**
 * How often the store is looked through after an answer that was lost, as soon as it answers and at the last pause again: a
 * commit may become visible long after it was asked for.
 */
const looksEach = 2

export function createRevocationOutbox({ feed, journal, sessions, count }: RevocationOutboxParts): RevocationOutbox {
  const lacking = new Map<string, RevocationEntry>()
  let looks = 0
  let tries = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  async function record(entries: readonly RevocationEntry[]): Promise<void> {
    try {
      await journal?.append(entries)
    } catch (error) {
      // The sessions have ended, and guards know: that the journal is full must not look like a sign-out that failed.
      for (const entry of entries) if ('sid' in entry && lacking.size < mostLacking) lacking.set(entry.sid, entry)
      warn(error, count)
      plan(pauses[0]!)
    }
  }

  function plan(pause: number): void {
    if (!closed) timer ??= setTimeout(again, pause).unref()
  }

  async function again(): Promise<void> {
    timer = undefined
    try {
      if (looks > 0) {
        const { entries } = await sessions.revokedSince(null)
        feed.publish(entries)
        for (const entry of entries) if (journal && 'sid' in entry) lacking.set(entry.sid, entry)
        looks--
      }
      await flush()
      tries = 0
      if (looks > 0) plan(pauses.at(-1)!)
    } catch {
      plan(pauses[Math.min(++tries, pauses.length - 1)]!)
    }
  }

  async function flush(): Promise<void> {
    const entries = [...lacking.values()]
    if (entries.length === 0) return
    await journal?.append(entries)
    for (const entry of entries) if ('sid' in entry) lacking.delete(entry.sid)
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
      await flush().catch(() => {})
    },
  }
}

/** Whoever restored a backup now would bring the session back to life. */
function warn(error: unknown, count: (figure: string) => void): void {
  count('journal_failed')
  const said = error instanceof Error ? error.message : String(error)
  const message = `the journal of revocations could not be written, and is tried again: ${said}`
  process.emitWarning(message, { code: 'SESSIONWARD' })
}
