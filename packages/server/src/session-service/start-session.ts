import { AnswerError } from '../answer-error.js'
import type { Events } from '../events.js'
import type { SessionKind } from '../session/kind.js'
import type { Lifetimes } from '../session/lifetime.js'
import { type NewSession, newSession } from '../session/new-session.js'
import { noParent } from '../session/refresh-token.js'
import type { Session } from '../session/session.js'
import type { createAdmission, EarlierSessions } from '../session-admission.js'
import type { Store } from '../store/store.js'
import type { IssuedTokens } from '../tokens/mint.js'
import type { ReadProfile } from './active-profile-reader.js'
import type { IssueTokens } from './issue-tokens.js'
import { requireTransport } from './require-transport.js'

export interface StartSessionParts {
  readonly store: Pick<Store, 'sessions' | 'now'>
  readonly events: Pick<Events, 'emit'>
  readonly kind: SessionKind
  readonly lifetimes: Lifetimes
  readonly clientId: string
  /** Undefined: the number of sessions is not limited. */
  readonly admit: ReturnType<typeof createAdmission> | undefined
  readonly profileOf: ReadProfile
  readonly issue: IssueTokens
}

export function createStartSession(parts: StartSessionParts) {
  const { store, events, kind, lifetimes, clientId, admit, profileOf, issue } = parts
  /**
   * Starts a session.
   *
   * @param earlier Called only under a session policy. Default: none.
   * @param seed Id and first nonce of the session. Default: random.
   */
  return async function start(
    input: NewSession,
    earlier: EarlierSessions = async () => [],
    seed?: Pick<Session, 'id' | 'nonce'>,
  ): Promise<IssuedTokens> {
    const now = await store.now()
    requireTransport(kind, input.transport)
    const session = { ...newSession(input, now, lifetimes, clientId, kind), ...seed }
    const profile = await profileOf(session, now)
    if (!profile) throw new AnswerError('account_disabled', 'the directory has no active account for this subject')
    const { generation, nonce, idleDeadline } = session
    const token = { generation, nonce, parent: noParent }
    // Before the session is stored, so that no session remains if the tokens cannot be made.
    const issued = await issue(session, profile, now, { generation, idleDeadline, next: { kind: 'new', token } })
    await (admit ? admit(session, earlier) : store.sessions.create(session))
    events.emit({ type: 'session_started', at: now, tenant: session.tenant, subject: session.subject, sid: session.id })
    return issued
  }
}
