import type { ReplacedBy, RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import type { Events } from '../events.js'
import type { Owner, Store } from '../store/store.js'
import type { RevocationRetention } from './retention.js'

export interface SessionEndingsParts {
  readonly store: Pick<Store, 'sessions' | 'now'>
  readonly events: Pick<Events, 'emit'>
  readonly retention: Pick<RevocationRetention, 'seconds'>
  /** Publishes the entries to guards, and resolves when they are in the journal. */
  readonly publish: (entries: readonly RevocationEntry[]) => Promise<void>
  /** Called if the store did not answer although the session may have ended. */
  readonly onLostAnswer: () => void
}

export type SessionEndings = ReturnType<typeof createSessionEndings>

/** Ends sessions in the store, and publishes that to guards and the journal. */
export function createSessionEndings({ store, events, retention, publish, onLostAnswer }: SessionEndingsParts) {
  /** Ends one session. Does nothing if it has already ended. */
  async function end(sid: string, reason: SessionEndReason, replacedBy?: ReplacedBy): Promise<void> {
    const retentionSeconds = await retention.seconds()
    const entry = await reportLostAnswer(store.sessions.revoke(sid, reason, retentionSeconds, replacedBy))
    if (!entry) return
    await publish([entry])
    const { session, now } = await store.sessions.find(sid)
    const owner = session && { tenant: session.tenant, subject: session.subject }
    const detail = { reason, ...(replacedBy && { replacedBy }) }
    events.emit({ type: 'session_revoked', at: now, ...owner, sid, detail })
  }

  /** Ends every session of a subject except `except`. @returns how many have ended. */
  async function endAll(owner: Owner, reason: SessionEndReason, except?: string): Promise<number> {
    const retentionSeconds = await retention.seconds()
    const entries = await reportLostAnswer(store.sessions.revokeBySubject(owner, reason, retentionSeconds, except))
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

  /** Reports a lost answer, because a repeated call finds the session ended and would not publish the end. */
  async function reportLostAnswer<T>(ending: Promise<T>): Promise<T> {
    try {
      return await ending
    } catch (error) {
      onLostAnswer()
      throw error
    }
  }

  return { end, endAll }
}
