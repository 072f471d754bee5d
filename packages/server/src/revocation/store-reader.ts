import { type RevocationCursor, type RevocationMessage, revocationOverlap } from '@sessionward/protocol'
import type { SessionStore } from '../store/store.js'

/** Reads revocations from the store, as messages of the feed. Every call rejects while the store is unavailable. */
export interface StoreReader {
  /** Every entry that still counts. */
  snapshot(): Promise<RevocationMessage>
  /**
   * What was written since the cursor, less the overlap; every entry that still counts at the first reading in a minute of the
   * store's clock. A snapshot without a cursor, or with one of another epoch.
   */
  since(cursor?: RevocationCursor): Promise<RevocationMessage>
  /** Every entry that still counts; a snapshot only where the cursor is of another epoch. */
  all(cursor: RevocationCursor): Promise<RevocationMessage>
  /** The epoch that the store had when it was last read. */
  epoch(): string | undefined
}

/** @param keepFor Seconds that an entry counts. */
export function createStoreReader(sessions: Pick<SessionStore, 'revokedSince'>, keepFor: number): StoreReader {
  let lastEpoch: string | undefined

  async function snapshot(): Promise<RevocationMessage> {
    const { epoch, now, entries } = await sessions.revokedSince(null)
    lastEpoch = epoch
    return { version: 1, epoch, watermark: now, snapshot: true, entries }
  }

  /** What was written since `seconds` before the cursor. */
  async function readBehind(cursor: RevocationCursor, seconds: number): Promise<RevocationMessage> {
    const { epoch, now, entries } = await sessions.revokedSince(cursor.watermark - seconds * 1000)
    // A cursor of another epoch, or one from the future of a store that was restored, has no meaning here.
    if (cursor.epoch !== epoch || cursor.watermark > now) return snapshot()
    lastEpoch = epoch
    return { version: 1, epoch, watermark: now, snapshot: false, entries }
  }

  // Asks by the time of writing, for which stores have an index: what was written earlier has expired.
  const all = (cursor: RevocationCursor) => readBehind(cursor, keepFor + revocationOverlap)

  return {
    snapshot,
    all,
    async since(cursor) {
      if (!cursor) return snapshot()
      const message = await readBehind(cursor, revocationOverlap)
      // Where a database waits for its standby, a commit may become visible minutes after it was written.
      const allDue = !message.snapshot && minuteOf(cursor) !== minuteOf(message)
      return allDue ? all(cursor) : message
    },
    epoch: () => lastEpoch,
  }
}

function minuteOf({ watermark }: RevocationCursor): number {
  return Math.floor(watermark / 60_000)
}
