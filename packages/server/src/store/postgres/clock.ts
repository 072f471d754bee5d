import { StoreUnavailableError } from '../store.js'

/** Milliseconds at this moment. `now()` would be those of the transaction's begin, before it waited for a lock. */
export const clock = `floor(date_part('epoch', clock_timestamp()) * 1000)::bigint`

/**
 * The clock as a condition compares a column with it: read once, because what may change from row to row uses no index.
 */
export const clockOnce = `(SELECT ${clock})`

/** The instant so many seconds ago. A bigint, as the columns are: compared with anything else they use no index. */
export function before(seconds: string): string {
  return `ceil(${clock} - ${seconds}::double precision * 1000)::bigint`
}

/**
 * The clock in a statement that reads: null on a standby, whose answers may be old. A pool that follows a failover may
 * reach one at any time, and a write would be refused there, but not a read.
 */
export const readingClock = `CASE WHEN NOT pg_is_in_recovery() THEN ${clock} END`

/** @throws StoreUnavailableError on a standby. */
export function readClock(text: string | null | undefined): number {
  if (text) return Number(text)
  throw new StoreUnavailableError('the PostgreSQL server is a standby: connect the pool to the primary')
}
