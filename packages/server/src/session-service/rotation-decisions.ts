import { AnswerError } from '../answer-error.js'
import type { Events } from '../events.js'
import { isRecoveryDeclared } from '../revocation/restore.js'
import type { SessionEndings } from '../revocation/session-endings.js'
import { kinds } from '../session/kind.js'
import type { PresentedToken, RotationDecision } from '../session/rotation.js'
import type { Session } from '../session/session.js'
import type { Store } from '../store/store.js'
import type { Presentation } from './presentation.js'

/** A decision that grants tokens. */
export type Granted = Extract<RotationDecision, { outcome: 'grant' | 'confirm' }>

export interface RotationDecisionsParts {
  readonly store: Pick<Store, 'counters'>
  readonly events: Pick<Events, 'count' | 'emit'>
  /** The option `recovery`. */
  readonly recovery: boolean
  readonly end: SessionEndings['end']
}

export type RotationDecisions = ReturnType<typeof createRotationDecisions>

/** What a presented token means, and what follows from it. The decision itself is made in `session/`. */
export function createRotationDecisions({ store, events, recovery, end }: RotationDecisionsParts) {
  async function decide(
    session: Session,
    token: PresentedToken,
    { evidence }: Pick<Presentation, 'evidence'>,
    now: number,
  ): Promise<RotationDecision> {
    // A bearer session has no key to prove.
    const proof = (session.binding && (await evidence?.(session.binding))) ?? 'absent'
    const decision = kinds[session.kind].decide(session, token, { proof, recovery }, now)
    // The operator's declaration is read from the store only for a token that is ahead of the store.
    const isAhead = token.generation > session.generation && decision.outcome !== 'confirm'
    if (!isAhead || !(await isRecoveryDeclared(store.counters))) return decision
    return kinds[session.kind].decide(session, token, { proof, recovery: true }, now)
  }

  function report(decision: RotationDecision, session: Session, now: number): void {
    const type = 'event' in decision ? decision.event : decision.outcome === 'revoke' ? decision.reason : null
    if (!type) return
    events.emit({ type, at: now, tenant: session.tenant, subject: session.subject, sid: session.id })
  }

  /** The error for a token that is not granted. Reuse ends the session first. */
  async function refuse(decision: Exclude<RotationDecision, Granted>, session: Session): Promise<AnswerError> {
    // The other two outcomes are events, and counted as such.
    switch (decision.outcome) {
      case 'raced':
        events.count('refresh_raced')
        return new AnswerError('refresh_raced')
      case 'refuse':
        events.count('refresh_refused')
        return new AnswerError('refresh_token_invalid', 'the token is newer than the store')
      case 'unproven':
        return new AnswerError('invalid_dpop_proof')
      case 'revoke':
        await end(session.id, decision.reason)
        return new AnswerError(decision.reason)
    }
  }

  return { decide, report, refuse }
}
