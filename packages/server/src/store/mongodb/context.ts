import type { Commands } from './commands.js'
import type { Names } from './names.js'

/** What each part of the store is made from. */
export interface DriverContext {
  readonly commands: Commands
  readonly names: Names
  /** Milliseconds since the epoch on the server's clock. */
  readonly now: () => Promise<number>
}
