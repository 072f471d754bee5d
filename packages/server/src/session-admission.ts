import { setTimeout as sleep } from 'node:timers/promises'
import type { ReplacedBy, SessionEndReason } from '@sessionward/protocol'
import { AnswerError } from './answer-error.js'
import { addressPrefix } from './protection/address-prefix.js'
import type { Session } from './session/session.js'
import { decideAdmission, type SessionPolicy, sessionsOverLimit } from './session/session-limit.js'
import type { Store } from './store/store.js'

/** Ids of the active sessions of a client whose cookies the browser of a sign-in holds. */
export type EarlierSessions = (clientId: string) => Promise<readonly string[]>

export interface AdmissionParts {
  readonly store: Pick<Store, 'sessions'>
  readonly policy: SessionPolicy
  /** Ends a session. Does nothing if it has already ended. */
  readonly end: (sid: string, reason: SessionEndReason, replacedBy?: ReplacedBy) => Promise<void>
}

/**
 * Creates sessions under a session policy.
 *
 * Optimistic concurrency orders the sign-ins of a subject: each reads the last ordinal and the active sessions, ends the ones that
 * must end, and creates its session with the next ordinal. The store accepts each ordinal once, so no other session has started
 * since the read. Therefore the maximum is never exceeded in any interleaving, except by the session that a browser replaces with
 * its own next one, and a node that crashes halfway leaves fewer sessions. One of the competing sign-ins always succeeds.
 *
 * A transaction is no alternative: MongoDB without a replica set and Redis Cluster have none over several records, while a unique
 * ordinal is possible everywhere. Neither is "create, then end the oldest": a crash in between leaves one session too many, and
 * under `refuse` two concurrent sign-ins would both stay or both fail.
 *
 * Ordinals restart after the sweeper has deleted all sessions of a subject. Two sign-ins around that moment may get different
 * ordinals and not conflict, so each one checks again after it has started, and ends excess sessions, its own included.
 */
export function createAdmission({ store, policy, end }: AdmissionParts) {
  /** @throws AnswerError `session_limit_reached`; `service_unavailable` after too many conflicts. */
  async function admit(session: Session, earlier: EarlierSessions): Promise<void> {
    const sameBrowser = await earlier(session.clientId)
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const last = await store.sessions.lastOrdinal(session)
      const active = await store.sessions.listBySubject(session)
      // Happens only if two requests adopt the same legacy token at once and the other one was first.
      if (active.some(({ id }) => id === session.id)) throw new Error('a session with this id has begun')
      const admission = decideAdmission(policy, session, active, sameBrowser)
      if (admission.outcome === 'refuse') throw new AnswerError('session_limit_reached')
      const replacedBy = replacedByOf(session)
      await Promise.all(admission.replaced.map((sid) => end(sid, 'session_replaced', replacedBy)))
      if ((await store.sessions.create(session, last + 1)) === 'created') {
        // Only now, so that a sign-in that is refused does not end the browser's session.
        await Promise.all(admission.own.map((sid) => end(sid, 'session_replaced')))
        return endExcess(session)
      }
      await sleep(Math.random() * maxDelay)
    }
    throw new AnswerError('service_unavailable', 'too many sign-ins of this account at the same time', {
      retryAfter: 1,
    })
  }

  async function endExcess(session: Session): Promise<void> {
    const excess = sessionsOverLimit(policy, session, await store.sessions.listBySubject(session))
    await Promise.all(excess.map((sid) => end(sid, 'session_replaced')))
    if (policy.onExceed === 'refuse' && excess.includes(session.id)) throw new AnswerError('session_limit_reached')
  }

  return admit
}

const maxAttempts = 50

/** Milliseconds. */
const maxDelay = 20

/** What the device of a replaced session may learn about the sign-in. */
function replacedByOf({ createdAt, device, address }: Session): ReplacedBy {
  const { name, class: stated } = device ?? {}
  return {
    at: Math.floor(createdAt / 1000),
    device: { ...(name === undefined ? {} : { name }), ...(stated === undefined ? {} : { class: stated }) },
    address: address === null ? null : addressPrefix(address),
  }
}
