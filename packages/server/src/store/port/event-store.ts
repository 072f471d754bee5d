import type { Owner } from './owner.js'

/** An event that an operator or the person may want to see later. */
export interface StoredEvent {
  /** Unique. */
  readonly id: string
  /** What happened. */
  readonly type: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Empty if there is only one tenant. */
  readonly tenant: string
  /** The person that it concerns; null if unknown. */
  readonly subject: string | null
  /** The session that it concerns; null if there is none. */
  readonly sid: string | null
  /** Further details. They contain no secret. */
  readonly detail: Readonly<Record<string, unknown>>
}

/** The events of a store. The auth server writes and deletes them; the application reads them. */
export interface EventStore {
  /** Stores an event. Does nothing if one with its id is stored already, so that an append may be repeated. */
  append(event: StoredEvent): Promise<void>
  /**
   * For the application, which shows a person or an operator what happened.
   *
   * @param filter Without `owner`, the events of everybody.
   * @returns the newest first.
   */
  list(filter: { readonly owner?: Owner; readonly limit: number }): Promise<readonly StoredEvent[]>
  /** Deletes at most `limit` events that are older than `seconds`. @returns how many. */
  deleteOlderThan(seconds: number, limit: number): Promise<number>
}
