import type { Ask } from './database.js'
import type { Tables } from './tables.js'

/** What each part of the store is made from. */
export interface DriverContext {
  readonly ask: Ask
  readonly tables: Tables
  /** Whether the questions of one event-loop turn are put into one statement. */
  readonly batch: boolean
}

/** One text of JSON from a row. */
export function readJson<T>(text: string | null | undefined): T {
  return JSON.parse(text!) as T
}
