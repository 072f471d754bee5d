import { kinds } from '../session/kind.js'
import { isTouchDue } from '../session/lifetime.js'
import { confirmToken } from '../session/rotation.js'
import type { ConfirmedToken, Session } from '../session/session.js'
import type { Store } from '../store/store.js'
import type { NextToken, TokenGrant, TokenMint } from '../tokens/mint.js'
import type { Presentation } from './presentation.js'
import type { Granted } from './rotation-decisions.js'

export interface DecisionWriterParts {
  readonly store: Pick<Store, 'sessions'>
  readonly mintChild: TokenMint['mintChild']
  readonly confirmation: 'on-use' | 'strict'
}

export type DecisionWriter = ReturnType<typeof createDecisionWriter>

export function createDecisionWriter({ store, mintChild, confirmation }: DecisionWriterParts) {
  function nextOf({ kind }: Session, confirmed: ConfirmedToken, { rotate, token }: Presentation): NextToken {
    if (rotate === false) return { kind: 'none' }
    if (kinds[kind].exchange === 'same token') return { kind: 'same', token }
    return { kind: 'new', token: mintChild(confirmed) }
  }

  /**
   * Writes a decision to the store.
   *
   * @returns undefined if another request won; the caller reads and decides again.
   */
  return async function write(
    session: Session,
    decision: Granted,
    presentation: Presentation,
    now: number,
  ): Promise<TokenGrant | undefined> {
    const confirmed = decision.outcome === 'confirm' ? decision.confirmed : session
    const next = nextOf(session, confirmed, presentation)
    const child = next.kind === 'new' ? next.token : undefined
    const advanced = child && confirmation === 'strict' ? confirmToken(confirmed, child, now) : confirmed
    const writes = advanced !== session || isTouchDue(session, now)
    // The answer must not contain a later deadline than the stored one.
    const idleDeadline = writes
      ? Math.max(session.idleDeadline, kinds[session.kind].deadlines.idleAt(session, now))
      : session.idleDeadline
    if (advanced !== session) {
      const { generation, nonce, superseded } = advanced
      const written = { generation, nonce, superseded, idleDeadline, decidedAt: now }
      const result = await store.sessions.confirm(session.id, session, written)
      if (result === 'lost') return undefined
    } else if (writes) {
      const result = await store.sessions.touch(session.id, session, idleDeadline)
      if (result === 'lost') return undefined
    }
    return { generation: child?.generation ?? confirmed.generation, idleDeadline, next }
  }
}
