import { setTimeout as sleep } from 'node:timers/promises'
import type { ReplacedBy, SessionEndReason } from '@sessionward/protocol'
import { AnswerError } from './answer-error.js'
import { addressPrefix } from './protection/address-prefix.js'
import { decideAdmission, type SessionPolicy, sessionsOverLimit } from './session/policy.js'
import type { Session } from './session/session.js'
import type { Store } from './store/store.js'

/** Ids of the active sessions of a client whose cookies the browser of a sign-in holds. */
export type EarlierSessions = (clientId: string) => Promise<readonly string[]>

export interface AdmissionParts {
  readonly store: Pick<Store, 'sessions'>
  readonly policy: SessionPolicy
  /** Ends a session everywhere. Harmless where it has ended already. */
  readonly end: (sid: string, reason: SessionEndReason, replacedBy?: ReplacedBy) => Promise<void>
}

/**
 * Keeps new sessions under a session policy.
 *
 * The sign-ins of a subject take turns, without a lock: each reads the last ordinal, then the active sessions, ends those
 * that must end, and keeps its own with the next ordinal. The store gives an ordinal to one of them only, so nobody has begun
 * between its reading and its beginning. Therefore never more than the maximum are active, in no interleaving and not for a
 * moment, beside the session that a browser replaces by its own next one; and a node that dies halfway leaves fewer. Of those
 * that want one ordinal one gets it, so somebody always goes on.
 *
 * Not one transaction, because MongoDB without a replica set and a Redis Cluster have none over several records; one unique
 * ordinal is all that this needs of a database. Not "begin, then end the oldest" either: a node that dies in between leaves
 * one too many, and of two sign-ins that see each other under `refuse`, both would stay or both would go.
 *
 * Ordinals begin again once the sweeper has deleted all sessions of a subject. Two sign-ins on either side of that moment get
 * different ordinals and do not meet, so each looks once more after it has begun, and ends what is too much, itself included.
 */
export function createAdmission({ store, policy, end }: AdmissionParts) {
  /** @throws AnswerError `session_limit_reached`; `service_unavailable` after too many others at once. */
  async function admit(session: Session, earlier: EarlierSessions): Promise<void> {
    const sameBrowser = await earlier(session.clientId)
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const last = await store.sessions.lastOrdinal(session)
      const active = await store.sessions.listBySubject(session)
      // Only an old token that two requests bring at once has a session with its id already: the other one was first.
      if (active.some(({ id }) => id === session.id)) throw new Error('a session with this id has begun')
      const admission = decideAdmission(policy, session, active, sameBrowser)
      if (admission.outcome === 'refuse') throw new AnswerError('session_limit_reached')
      const replacedBy = replacedByOf(session)
      await Promise.all(admission.replaced.map((sid) => end(sid, 'session_replaced', replacedBy)))
      if ((await store.sessions.create(session, last + 1)) === 'created') {
        // Not before: who is refused after all keeps the session of this browser.
        await Promise.all(admission.own.map((sid) => end(sid, 'session_replaced')))
        return endExcess(session)
      }
      await sleep(Math.random() * longestPause)
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

const mostAttempts = 50

/** Milliseconds. */
const longestPause = 20

/** What the device of a replaced session may know of the sign-in. */
function replacedByOf({ createdAt, device, address }: Session): ReplacedBy {
  const { name, class: stated } = device ?? {}
  return {
    at: Math.floor(createdAt / 1000),
    device: { ...(name === undefined ? {} : { name }), ...(stated === undefined ? {} : { class: stated }) },
    address: address === null ? null : addressPrefix(address),
  }
}
