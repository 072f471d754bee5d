import type { Transport } from '@sessionward/protocol'
import { noParent } from '../session/refresh-token.js'
import { isLatest } from '../session/rotation.js'
import type { Store } from '../store/store.js'
import type { IssuedTokens } from '../tokens/mint.js'
import type { ActiveProfileReader } from './active-profile-reader.js'
import { inactiveError } from './inactive-error.js'
import type { IssueTokens } from './issue-tokens.js'
import { requireSameTransport } from './require-transport.js'
import type { RotationDecisions } from './rotation-decisions.js'

export interface RepeatStartParts {
  readonly store: Pick<Store, 'sessions'>
  readonly decisions: RotationDecisions
  readonly readActiveProfile: ActiveProfileReader
  readonly issue: IssueTokens
}

export function createRepeatStart({ store, decisions, readActiveProfile, issue }: RepeatStartParts) {
  const { decide, report, refuse } = decisions
  /**
   * Issues the tokens of `start` again, as long as no later token has been confirmed. After that it counts as reuse.
   *
   * @param nonce Nonce of the session's first token.
   * @returns null if there is no such session.
   * @throws AnswerError with the reason why the session is over; `refresh_raced`.
   */
  return async function repeatStart(
    sid: string,
    nonce: Uint8Array,
    transport: Transport,
  ): Promise<IssuedTokens | null> {
    const { session, now } = await store.sessions.find(sid)
    if (!session) return null
    const first = { generation: 0, nonce, parent: noParent }
    const refusal = inactiveError(session, now, isLatest(session, first))
    if (refusal) throw refusal
    const decision = await decide(session, first, {}, now)
    if (decision.outcome !== 'grant' && decision.outcome !== 'confirm') {
      report(decision, session, now)
      throw await refuse(decision, session)
    }
    // Checked last: the request that started the session has chosen the transport, and another transport must not avoid the rotation rule.
    requireSameTransport(session, transport)
    const { generation, idleDeadline } = session
    return issue(session, await readActiveProfile(session, now), now, {
      generation,
      idleDeadline,
      next: { kind: 'new', token: first },
    })
  }
}
