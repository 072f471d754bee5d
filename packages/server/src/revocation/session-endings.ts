import type { ReplacedBy, RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import type { Events } from '../events.js'
import type { Owner, Store } from '../store/store.js'
import type { RevocationRetention } from './retention.js'

export interface SessionEndingsParts {
  readonly store: Pick<Store, 'sessions' | 'now'>
  readonly events: Pick<Events, 'emit'>
  readonly retention: Pick<RevocationRetention, 'seconds'>
  /** Publishes to guards at once, and resolves when the journal has the entries. */
  readonly publish: (entries: readonly RevocationEntry[]) => Promise<void>
  /** Called where the store did not answer, although the session may have ended. */
  readonly onLostAnswer: () => void
}

export type SessionEndings = ReturnType<typeof createSessionEndings>

/** Ends sessions: in the store, for the guards and in the journal. */
export function createSessionEndings({ store, events, retention, publish, onLostAnswer }: SessionEndingsParts) {
  /** Ends one session. Harmless where it has ended already. */
  async function end(sid: string, reason: SessionEndReason, replacedBy?: ReplacedBy): Promise<void> {
    const keepFor = await retention.seconds()
    const entry = await answered(store.sessions.revoke(sid, reason, keepFor, replacedBy))
    if (!entry) return
    await publish([entry])
    const { session, now } = await store.sessions.find(sid)
    const owner = session && { tenant: session.tenant, subject: session.subject }
    const detail = { reason, ...(replacedBy && { replacedBy }) }
    events.emit({ type: 'session_revoked', at: now, ...owner, sid, detail })
  }

  /** Ends every session of a subject but `except`. */
  async function endAll(owner: Owner, reason: SessionEndReason, except?: string): Promise<number> {
    const keepFor = await retention.seconds()
    const entries = await answered(store.sessions.revokeBySubject(owner, reason, keepFor, except))
    await publish(entries)
    if (entries.length === 0) return 0
    const at = await store.now()
    for (const entry of entries) {
      if ('sid' in entry)
        events.emit({
          type: 'session_revoked',
          at,
          tenant: owner.tenant,
          subject: owner.subject,
          sid: entry.sid,
          detail: { reason },
        })
    }
    return entries.length
  }

  /** A second call may find the session ended already: reports the missing answer, so that the others learn of the end. */
  async function answered<T>(ending: Promise<T>): Promise<T> {
    try {
      return await ending
    } catch (error) {
      onLostAnswer()
      throw error
    }
  }

  return { end, endAll }
}
