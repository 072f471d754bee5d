import type { Database } from './database.js'
import type { Names } from './names.js'

/** What every file of the driver is given. */
export interface DriverContext extends Pick<Database, 'run' | 'batched'> {
  readonly names: Names
  /** The store's clock. On a cluster, that of the node that keeps the revocation entries. */
  now(): Promise<number>
}
