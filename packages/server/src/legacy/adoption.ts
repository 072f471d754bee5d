import { errors, type Transport } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import type { Events } from '../events.js'
import type { CounterName } from '../figures.js'
import type { NewSession } from '../session/new-session.js'
import type { SessionService } from '../session-service.js'
import { type Owner, type Store, StoreUnavailableError } from '../store/store.js'
import type { IssuedTokens } from '../tokens/mint.js'
import type { AdoptionRecords } from './adoption-records.js'
import { type FirstToken, firstTokenOf, isInShare } from './first-token.js'
import type { LegacyIdentity, LegacyRules } from './identity.js'

/** A legacy token, and the request that contained it. */
export interface PresentedLegacyToken extends Pick<NewSession, 'address' | 'userAgent'> {
  readonly token: string
  readonly transport: Transport
  readonly headers: Headers
  /** The client that authenticated itself. Default: the one that `identify` returns. */
  readonly clientId?: string
  /** Throws where the client that `identify` names had to authenticate itself and did not. Default: all are admitted. */
  readonly admitClient?: (clientId: string | undefined) => void
}

/**
 * The result of adopting a legacy token.
 *
 * - `adopted`: the token became a session, with these tokens.
 * - `elsewhere`: the person stays with the old system (`share`).
 * - `unknown`: the token is not accepted, or `until` is over.
 */
export type Adoption =
  | { readonly outcome: 'adopted'; readonly issued: IssuedTokens }
  | { readonly outcome: 'elsewhere' }
  | { readonly outcome: 'unknown' }

export interface AdoptionParts {
  readonly rules: LegacyRules
  readonly issuer: string
  readonly store: Pick<Store, 'sessions' | 'now'>
  readonly sessions: Pick<SessionService, 'start' | 'repeatStart' | 'end'>
  readonly records: AdoptionRecords
  readonly events: Pick<Events, 'count'>
}

export type Adopt = (presented: PresentedLegacyToken) => Promise<Adoption>

/**
 * Turns tokens of another system into sessions. A legacy token counts as the first token of its session: if it is presented again,
 * after a lost answer or by a second tab, the same session is returned according to the rotation rule. A token whose session has ended
 * is refused permanently.
 */
export function createAdoption({ rules, issuer, store, sessions, records, events }: AdoptionParts): Adopt {
  /** @throws AnswerError with the reason why the session of this token is over; `refresh_raced`. */
  async function adoptOrRefuse(presented: PresentedLegacyToken): Promise<Adoption> {
    try {
      return await adopt(presented)
    } catch (error) {
      // Not a token that may be presented again, or that its client may not present.
      if (error instanceof AnswerError && errors[error.code].verdict === 'terminal') events.count('legacy_refused')
      throw error
    }
  }

  async function adopt(presented: PresentedLegacyToken): Promise<Adoption> {
    const now = await store.now()
    if (now >= rules.end) return count('legacy_unknown', { outcome: 'unknown' })
    const identity = await rules.identify(presented.token, { headers: presented.headers })
    if (!identity) return count('legacy_unknown', { outcome: 'unknown' })
    requireRecent(identity)
    presented.admitClient?.(identity.clientId)
    const owner = ownerOf(identity)
    const first = firstTokenOf(issuer, owner, presented.token, identity.id)
    const known = await repeat(first, presented)
    if (known) {
      // The session that ended the others continues with tokens of its own. A caller that still has the old one may be a thief.
      if (await records.isBlocked(owner, now)) throw allEnded()
      // The request that started the session may have failed before it wrote the record.
      await records.recordAdopted(first.sid, now)
      return count('legacy_repeated', { outcome: 'adopted', issued: known })
    }
    if (!isInShare(rules.share, owner)) return count('legacy_elsewhere', { outcome: 'elsewhere' })
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
    // Before the answer, so that the token cannot start a second session after its first one was deleted.
    await records.recordAdopted(first.sid, now)
    // Checked again, because all sessions of the person may have been ended while this one started.
    if (await records.isBlocked(ownerOf(identity), now)) {
      await sessions.end(first.sid, 'session_revoked')
      throw allEnded()
    }
    return count('legacy_adopted', { outcome: 'adopted', issued })
  }

  async function requireUnused({ sid }: FirstToken, owner: Owner, now: number): Promise<void> {
    if (await records.isBlocked(owner, now)) throw allEnded()
    // A session that was deleted from the store had ended. One that another request has just started still exists.
    if ((await records.wasAdopted(sid, now)) && !(await store.sessions.find(sid)).session) {
      throw new AnswerError('session_expired', 'the session that this token became is over')
    }
  }

  async function start(first: FirstToken, input: NewSession, presented: PresentedLegacyToken): Promise<IssuedTokens> {
    const { sid: id, nonce } = first
    try {
      return await sessions.start(input, undefined, { id, nonce })
    } catch (error) {
      if (error instanceof AnswerError || error instanceof StoreUnavailableError) throw error
      // A store refuses a second session with the same id: another request was first.
      const existing = await repeat(first, presented)
      if (existing) return existing
      throw error
    }
  }

  function repeat({ sid, nonce }: FirstToken, { transport }: PresentedLegacyToken): Promise<IssuedTokens | null> {
    return sessions.repeatStart(sid, nonce, transport)
  }

  function count(figure: CounterName, adoption: Adoption): Adoption {
    events.count(figure)
    return adoption
  }

  return adoptOrRefuse
}

function newSessionOf(identity: LegacyIdentity, presented: PresentedLegacyToken, now: number): NewSession {
  const { issuedAt, validFrom, id, ...input } = identity
  const { transport, clientId, address, userAgent } = presented
  return {
    // The sign-in was not later than the legacy token, and must not be in the future, whatever the other system's clock.
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

/** Whole seconds, the precision of `iat`: many systems issue a new token in the answer to a password change. */
function toSeconds(instant: Date | number): number {
  return Math.floor(Number(instant) / 1000)
}

function ownerOf({ tenant = '', subject }: LegacyIdentity): Owner {
  return { tenant, subject }
}
