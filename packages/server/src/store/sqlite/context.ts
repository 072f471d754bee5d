import type { CommitGroup } from './commit-group.js'
import type { Connection } from './database.js'

/** What every file of the driver is given. The connection is used only inside the group's works. */
export interface DriverContext {
  readonly connection: Connection
  readonly group: CommitGroup
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A column of JSON. */
export function readJson<T>(text: unknown): T {
  return JSON.parse(text as string) as T
}
