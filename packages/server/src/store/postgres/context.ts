import type { Query } from './database.js'
import type { Tables } from './tables.js'

/** What every file of the driver is given. */
export interface DriverContext {
  readonly query: Query
  readonly tables: Tables
  /** Whether the calls of one event-loop turn share a statement. */
  readonly batch: boolean
}

/** A column of JSON. */
export function readJson<T>(text: string | null | undefined): T {
  return JSON.parse(text!) as T
}
