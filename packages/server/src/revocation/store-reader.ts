import { type RevocationCursor, type RevocationMessage, revocationOverlap } from '@sessionward/protocol'
import type { SessionStore } from '../store/store.js'

/** Reads revocations from the store as messages of the feed. Calls reject while the store is unavailable. */
export interface StoreReader {
  /** Every entry that has not expired. */
  snapshot(): Promise<RevocationMessage>
  /**
   * The entries written since the cursor, less the overlap. The first read in each minute of the store's clock returns every entry
   * that has not expired. Without a cursor, or with one of another epoch, a snapshot.
   */
  since(cursor?: RevocationCursor): Promise<RevocationMessage>
  /** Every entry that has not expired; a snapshot only if the cursor is of another epoch. */
  all(cursor: RevocationCursor): Promise<RevocationMessage>
  /** The epoch that the store had when it was last read. */
  epoch(): string | undefined
}

/** @param retention Seconds after which an entry expires. */
export function createStoreReader(sessions: Pick<SessionStore, 'revokedSince'>, retention: number): StoreReader {
  let lastEpoch: string | undefined

  async function snapshot(): Promise<RevocationMessage> {
    const { epoch, now, entries } = await sessions.revokedSince(null)
    lastEpoch = epoch
    return { version: 1, epoch, watermark: now, snapshot: true, entries }
  }

  /** The entries written since `seconds` before the cursor. */
  async function readSince(cursor: RevocationCursor, seconds: number): Promise<RevocationMessage> {
    const { epoch, now, entries } = await sessions.revokedSince(cursor.watermark - seconds * 1000)
    // A cursor of another epoch, or from after the backup of a restored store, is meaningless.
    if (cursor.epoch !== epoch || cursor.watermark > now) return snapshot()
    lastEpoch = epoch
    return { version: 1, epoch, watermark: now, snapshot: false, entries }
  }

  // Selects by write time, for which stores have an index: entries written earlier have expired.
  const all = (cursor: RevocationCursor) => readSince(cursor, retention + revocationOverlap)

  return {
    snapshot,
    all,
    async since(cursor) {
      if (!cursor) return snapshot()
      const message = await readSince(cursor, revocationOverlap)
      // If a database waits for its standby, a commit may become visible minutes after it was written.
      const isFullReadDue = !message.snapshot && minuteOf(cursor) !== minuteOf(message)
      return isFullReadDue ? all(cursor) : message
    },
    epoch: () => lastEpoch,
  }
}

function minuteOf({ watermark }: RevocationCursor): number {
  return Math.floor(watermark / 60_000)
}
