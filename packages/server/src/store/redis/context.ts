import type { Connection } from './connection.js'
import type { Names } from './names.js'
import type { RevocationLog } from './revocation-log.js'

/** What each part of the store is made from. */
export interface DriverContext {
  readonly connection: Connection
  readonly names: Names
  readonly log: RevocationLog
}
