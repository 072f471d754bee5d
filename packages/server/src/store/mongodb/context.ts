import type { Database } from './database.js'
import type { Names } from './names.js'

/** What every file of the driver is given. */
export interface DriverContext {
  readonly database: Database
  readonly names: Names
  /** Milliseconds since the epoch on the server's clock. */
  readonly now: () => Promise<number>
}
