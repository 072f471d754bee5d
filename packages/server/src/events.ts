import { randomUUID } from 'node:crypto'
import type { Logger } from '@sessionward/protocol'
import { mustBe } from './input/values.js'
import { describeError } from './logger.js'
import type { EventStore, StoredEvent } from './store/store.js'

/** Everything that the auth server reports to its operator. No event contains a secret. */
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

/** Something that happened, for a log or a counter. It contains no secret. */
export interface AuthEvent {
  /** What happened. */
  readonly type: AuthEventType
  /** Milliseconds on the store's clock. */
  readonly at: number
  /** Empty if there is only one tenant. */
  readonly tenant: string
  /** Whom it concerns; null where nobody is known. */
  readonly subject: string | null
  /** Session id. */
  readonly sid: string | null
  /** What else is known of it. */
  readonly detail: Readonly<Record<string, unknown>>
}

export type AuthEventInput = Pick<AuthEvent, 'type' | 'at'> & Partial<AuthEvent>

/** Calls listeners, keeps what happened, and counts it. */
export interface Events {
  /** Calls listeners at once. The store is written in the background, which neither delays nor fails the answer. */
  emit(event: AuthEventInput): void
  count(figure: string): void
  figures(): Readonly<Record<string, number>>
  on(listener: (event: AuthEvent) => void): () => void
  /** Resolves when all that was emitted has been written, or could not be. */
  settled(): Promise<void>
}

export function createEvents(store: EventStore, logger: Logger = console): Events {
  const listeners = new Set<(event: AuthEvent) => void>()
  const figures: Record<string, number> = {}
  const writing = new Set<Promise<void>>()

  const count = (figure: string) => {
    figures[figure] = (figures[figure] ?? 0) + 1
  }
  const keep = (event: StoredEvent) => {
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
      keep({ id: randomUUID(), ...event })
      for (const listener of listeners) void deliver(listener, event, logger)
    },
    figures: () => ({ ...figures }),
    on(listener) {
      if (typeof listener !== 'function') throw mustBe('auth.on was given', '', listener, 'a function')
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async settled() {
      await Promise.all(writing)
    },
  }
}

/** A listener that throws, at once or later, does not fail the request: the operator is warned. */
async function deliver(listener: (event: AuthEvent) => unknown, event: AuthEvent, logger: Logger): Promise<void> {
  try {
    await listener(event)
  } catch (error) {
    logger.warn(`a listener of the event ${event.type} threw: ${describeError(error)}`)
  }
}
