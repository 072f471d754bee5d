import { AnswerError } from '../answer-error.js'
import type { SessionState } from '../revocation/live-streams.js'
import { isLatest } from '../session/rotation.js'
import type { Session } from '../session/session.js'
import type { Store } from '../store/store.js'
import type { VerifiedToken } from '../tokens/token-reader.js'
import type { IdentifySession } from './identify-session.js'
import { inactiveError } from './inactive-error.js'
import type { Presentation } from './presentation.js'
import type { RotationDecisions } from './rotation-decisions.js'

type TokenToInspect = Pick<Presentation, 'token' | 'transport' | 'clientId'>

/** The session of a genuine refresh token of any generation. */
export interface Inspected {
  readonly session: Session
  /** Whether it has neither ended nor passed a deadline. */
  readonly active: boolean
}

export interface InspectSessionParts {
  readonly store: Pick<Store, 'sessions'>
  readonly identify: IdentifySession
  readonly decide: RotationDecisions['decide']
}

/** Reads sessions without changing them. */
export function createInspectSession({ store, identify, decide }: InspectSessionParts) {
  /**
   * The session of a refresh token; null if the token is not genuine, or belongs to another transport or client.
   *
   * @throws AnswerError `service_unavailable` if this node does not know the token's key.
   */
  async function inspect(presented: TokenToInspect): Promise<Inspected | null> {
    const found = await findGenuine(presented)
    return found && { session: found.session, active: !inactiveError(found.session, found.now) }
  }

  async function findGenuine({ token, transport, clientId }: TokenToInspect): Promise<VerifiedToken | null> {
    try {
      return await identify({ token, transport, ...(clientId !== undefined && { clientId }) })
    } catch (error) {
      if (error instanceof AnswerError && error.code !== 'service_unavailable') return null
      throw error
    }
  }

  /**
   * The session whose end may be reported to the holder of this token: a token that a refresh would accept, or the latest token of an
   * ended session. An old token from a log must not reveal where the person has signed in since.
   *
   * @throws AnswerError `refresh_raced`; `service_unavailable` if this node does not know the token's key.
   */
  async function findFollowed(presented: Presentation): Promise<Session | undefined> {
    const found = await findGenuine(presented)
    if (!found) return undefined
    const { session, token, now } = found
    if (inactiveError(session, now)) return isLatest(session, token) ? session : undefined
    const { outcome } = await decide(session, token, presented, now)
    if (outcome === 'raced') throw new AnswerError('refresh_raced')
    return outcome === 'grant' || outcome === 'confirm' ? session : undefined
  }

  /** Reads from the store why a session has ended, or when it expires. */
  async function stateOf(sid: string): Promise<SessionState> {
    const { session, now } = await store.sessions.find(sid)
    // The store deletes a session some time after its end.
    if (!session) return { ended: { reason: 'session_expired' } }
    const refusal = inactiveError(session, now)
    if (refusal) {
      const { code: reason, replacedBy } = refusal
      return { ended: replacedBy ? { reason, replacedBy } : { reason } }
    }
    return { expiresIn: (Math.min(session.idleDeadline, session.absoluteDeadline) - now) / 1000 }
  }

  return { inspect, findFollowed, stateOf }
}
