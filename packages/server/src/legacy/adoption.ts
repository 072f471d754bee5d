import type { Transport } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import type { Events } from '../events.js'
import type { NewSession } from '../session/new-session.js'
import type { SessionService } from '../session-service.js'
import { type Owner, type Store, StoreUnavailableError } from '../store/store.js'
import type { Issued } from '../tokens/mint.js'
import { type FirstToken, firstTokenOf, isInShare } from './first-token.js'
import type { LegacyIdentity, LegacyRules } from './identity.js'
import type { LegacyMarks } from './marks.js'

/** An old token, and the request that it came with. */
export interface PresentedLegacyToken extends Pick<NewSession, 'address' | 'userAgent'> {
  readonly token: string
  readonly transport: Transport
  readonly headers: Headers
  /** The client that authenticated itself. Default: as `identify` says. */
  readonly clientId?: string
  /** Throws where the client that `identify` names had to authenticate itself and did not. Default: all are admitted. */
  readonly admitClient?: (clientId: string | undefined) => void
}

/**
 * What becomes of an old token.
 *
 * - `adopted`: it is a session of ours, and these are its tokens.
 * - `elsewhere`: the person stays with the old system.
 * - `unknown`: the token is not accepted, or its time is over.
 */
export type Adoption =
  | { readonly outcome: 'adopted'; readonly issued: Issued }
  | { readonly outcome: 'elsewhere' }
  | { readonly outcome: 'unknown' }

export interface AdoptionParts {
  readonly rules: LegacyRules
  readonly issuer: string
  readonly store: Pick<Store, 'sessions' | 'now'>
  readonly sessions: Pick<SessionService, 'start' | 'repeatStart' | 'end'>
  readonly marks: LegacyMarks
  readonly events: Pick<Events, 'count'>
}

export type Adopt = (presented: PresentedLegacyToken) => Promise<Adoption>

/**
 * Turns tokens of another system into sessions. An old token counts as the first token of its session: presented again, after
 * a lost answer or by a second tab, it is answered with the same session, and the rotation rule decides from there. A token
 * whose session has ended is refused for good.
 */
export function createAdoption({ rules, issuer, store, sessions, marks, events }: AdoptionParts): Adopt {
  /** @throws AnswerError with the reason why the session of this token is over; `refresh_raced`. */
  async function adopt(presented: PresentedLegacyToken): Promise<Adoption> {
    const now = await store.now()
    if (now >= rules.end) return counted({ outcome: 'unknown' })
    const identity = await rules.identify(presented.token, { headers: presented.headers })
    if (!identity) return counted({ outcome: 'unknown' })
    requireRecent(identity)
    presented.admitClient?.(identity.clientId)
    const owner = ownerOf(identity)
    const first = firstTokenOf(issuer, owner, presented.token, identity.id)
    const known = await repeat(first, presented)
    if (known) {
      // The session that ended the others goes on, and has tokens of its own. Whoever still has the old one may be a thief.
      if (await marks.isClosed(owner, now)) throw allEnded()
      // The request that began it may have failed before its mark.
      await marks.adopted(first.sid, now)
      return counted({ outcome: 'adopted', issued: known }, 'legacy_repeated')
    }
    if (!isInShare(rules.share, owner)) return counted({ outcome: 'elsewhere' })
    return begin(first, identity, presented, now)
  }

  async function begin(
    first: FirstToken,
    identity: LegacyIdentity,
    presented: PresentedLegacyToken,
    now: number,
  ): Promise<Adoption> {
    await requireUnused(first, ownerOf(identity), now)
    const issued = await start(first, newSessionOf(identity, presented, now), presented)
    // Before the answer, so that no token whose session is forgotten can begin another one.
    await marks.adopted(first.sid, now)
    // Again: all sessions of the person may have been ended while this one began.
    if (await marks.isClosed(ownerOf(identity), now)) {
      await sessions.end(first.sid, 'session_revoked')
      throw allEnded()
    }
    return counted({ outcome: 'adopted', issued })
  }

  async function requireUnused({ sid }: FirstToken, owner: Owner, now: number): Promise<void> {
    if (await marks.isClosed(owner, now)) throw allEnded()
    // A session that is gone from the store had ended. One that another request has begun just now is still there.
    if ((await marks.wasAdopted(sid, now)) && !(await store.sessions.find(sid)).session) {
      throw new AnswerError('session_expired', 'the session that this token became is over')
    }
  }

  async function start(first: FirstToken, input: NewSession, presented: PresentedLegacyToken): Promise<Issued> {
    const { sid: id, nonce } = first
    try {
      return await sessions.start(input, undefined, { id, nonce })
    } catch (error) {
      if (error instanceof AnswerError || error instanceof StoreUnavailableError) throw error
      // A store refuses a second session of the same id: another request was first.
      const twin = await repeat(first, presented)
      if (twin) return twin
      throw error
    }
  }

  function repeat({ sid, nonce }: FirstToken, { transport }: PresentedLegacyToken): Promise<Issued | null> {
    return sessions.repeatStart(sid, nonce, transport)
  }

  function counted(adoption: Adoption, figure = `legacy_${adoption.outcome}`): Adoption {
    events.count(figure)
    return adoption
  }

  return adopt
}

function newSessionOf(identity: LegacyIdentity, presented: PresentedLegacyToken, now: number): NewSession {
  const { issuedAt, validFrom, id, ...input } = identity
  const { transport, clientId, address, userAgent } = presented
  return {
    // The sign-in was not later than the old token, and no clock of another system says that it lies in the future.
    authTime: Math.min(Number(issuedAt), now),
    ...input,
    ...(clientId === undefined ? {} : { clientId }),
    ...(address === undefined ? {} : { address }),
    ...(userAgent === undefined ? {} : { userAgent }),
    transport,
  }
}

function requireRecent({ issuedAt, validFrom }: LegacyIdentity): void {
  if (validFrom === undefined || validFrom === null || toSeconds(issuedAt) >= toSeconds(validFrom)) return
  const detail = 'the old token was issued before the password was changed or the account was disabled'
  throw new AnswerError('credentials_changed', detail)
}

function allEnded(): AnswerError {
  return new AnswerError('session_revoked', 'all sessions of this account have been ended: sign in')
}

/** Whole seconds, because `iat` has no more: many systems issue a token in the very answer to a change of the password. */
function toSeconds(instant: Date | number): number {
  return Math.floor(Number(instant) / 1000)
}

function ownerOf({ tenant = '', subject }: LegacyIdentity): Owner {
  return { tenant, subject }
}
