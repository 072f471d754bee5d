import type { Link } from './link.js'
import type { Names } from './names.js'
import type { RevocationLog } from './revocation-log.js'

/** What each part of the store is made from. */
export interface Part {
  readonly link: Link
  readonly names: Names
  readonly log: RevocationLog
}
