import { randomUUID } from 'node:crypto'
import type { Logger } from '@sessionward/protocol'
import type { Count, CounterName } from './figures.js'
import { invalidValue } from './input/values.js'
import { describeError } from './logger.js'
import type { EventStore, StoredEvent } from './store/store.js'

/** The types of events. No event contains a secret. */
export type AuthEventType =
  | 'session_started'
  | 'session_revoked'
  | 'refresh_token_reused'
  | 'resynced'
  | 'store_regressed'
  | 'refresh_unproven'
  | 'proof_replayed'
  | 'sign_in_failed'
  | 'account_created'
  | 'password_changed'

/** An event for a log or a counter. It contains no secret. */
export interface AuthEvent {
  /** What happened. */
  readonly type: AuthEventType
  /** Milliseconds on the store's clock. */
  readonly at: number
  /** Empty if there is only one tenant. */
  readonly tenant: string
  /** The person that it concerns; null if unknown. */
  readonly subject: string | null
  /** Session id. */
  readonly sid: string | null
  /** Further details. */
  readonly detail: Readonly<Record<string, unknown>>
}

export type AuthEventInput = Pick<AuthEvent, 'type' | 'at'> & Partial<AuthEvent>

/** Calls listeners for events, writes them to the store, and counts them. */
export interface Events {
  /** Calls listeners immediately. The store is written in the background, which neither delays nor fails the answer. */
  emit(event: AuthEventInput): void
  readonly count: Count
  figures(): Readonly<Record<string, number>>
  on(listener: (event: AuthEvent) => void): () => void
  /** Resolves when the pending writes have finished or failed. */
  drain(): Promise<void>
}

export function createEvents(store: EventStore, logger: Logger = console): Events {
  const listeners = new Set<(event: AuthEvent) => void>()
  const figures: Record<string, number> = {}
  const writing = new Set<Promise<void>>()

  const count = (figure: CounterName | AuthEventType) => {
    figures[figure] = (figures[figure] ?? 0) + 1
  }
  const save = (event: StoredEvent) => {
    const written = store
      .append(event)
      .catch(() => count('event_lost'))
      .finally(() => writing.delete(written))
    writing.add(written)
  }

  return {
    count,
    emit(input) {
      const event: AuthEvent = { tenant: '', subject: null, sid: null, detail: {}, ...input }
      count(event.type)
      save({ id: randomUUID(), ...event })
      for (const listener of listeners) void deliver(listener, event, logger)
    },
    figures: () => ({ ...figures }),
    on(listener) {
      if (typeof listener !== 'function') throw invalidValue('auth.on was given', '', listener, 'a function')
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async drain() {
      await Promise.all(writing)
    },
  }
}

/** A listener that throws or rejects does not fail the request: the operator is warned. */
async function deliver(listener: (event: AuthEvent) => unknown, event: AuthEvent, logger: Logger): Promise<void> {
  try {
    await listener(event)
  } catch (error) {
    logger.warn(`a listener of the event ${event.type} threw: ${describeError(error)}`)
  }
}
