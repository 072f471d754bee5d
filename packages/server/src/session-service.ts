import type { Transport } from '@sessionward/protocol'
import { createAdmission, type EarlierSessions } from './admission.js'
import { AnswerError } from './answer-error.js'
import type { RequestEvidence } from './binding/request-evidence.js'
import type { Profile } from './directory/directory.js'
import type { Events } from './events.js'
import type { ProfileReader } from './profiles/reader.js'
import { createSessionProfiles } from './profiles/session-profiles.js'
import type { SessionState } from './revocation/live-streams.js'
import { isRecoveryDeclared } from './revocation/restore.js'
import type { RevocationRetention } from './revocation/retention.js'
import type { SessionEndings } from './revocation/session-endings.js'
import { kinds, type SessionKind } from './session/kind.js'
import { isTouchDue } from './session/lifetime.js'
import { type NewSession, newSession } from './session/new-session.js'
import type { Lifetimes, SessionPolicy } from './session/policy.js'
import { noParent } from './session/refresh-token.js'
import { isLatest, type PresentedToken, type RotationDecision, succeed } from './session/rotation.js'
import type { ConfirmedToken, Session } from './session/session.js'
import type { Store } from './store/store.js'
import type { Issued, Minted, NextToken, TokenMint } from './tokens/mint.js'
import type { TokenReader } from './tokens/token-reader.js'

/** How a client requests the next tokens. */
export interface Presentation {
  /** A refresh token; of a sliding session its access token. */
  readonly token: string
  /** The transport of the token; a session keeps the transport it started with. */
  readonly transport: Transport
  /** `false`: uses the token without issuing the next one; then either transport is accepted. Default true. */
  readonly rotate?: boolean
  /** The client that authenticated, or that the request names. Default: not checked. */
  readonly clientId?: string
  /** The session that the caller means. */
  readonly sid?: string
  /** What the request proves in addition to the token. Default: nothing. */
  readonly evidence?: RequestEvidence
}

type TokenToInspect = Pick<Presentation, 'token' | 'transport' | 'clientId'>

/** The session of a genuine refresh token, whatever the token's generation. */
export interface Inspected {
  readonly session: Session
  /** Whether it has neither ended nor passed a deadline. */
  readonly active: boolean
}

export interface SessionServiceParts {
  readonly store: Store
  readonly profiles: ProfileReader
  readonly readToken: TokenReader
  readonly events: Events
  /** Of the sessions that begin now. A session keeps the kind it began with. */
  readonly kind: SessionKind
  readonly lifetimes: Lifetimes
  /** Without one, sessions begin without a look at others. */
  readonly policy: SessionPolicy | undefined
  readonly confirmation: 'on-use' | 'strict'
  readonly recovery: boolean
  readonly clientId: string
  readonly retention: Pick<RevocationRetention, 'record'>
  readonly tokens: TokenMint
  readonly endings: SessionEndings
}

export type SessionService = ReturnType<typeof createSessionService>

/** Does for `session/` what it must not do itself: reads and writes the store, and mints. It decides nothing about tokens. */
export function createSessionService(parts: SessionServiceParts) {
  const { store, events } = parts
  const { profileOf, userOf } = createSessionProfiles(parts)
  const { mintChild } = parts.tokens
  const { end } = parts.endings
  const admit = parts.policy && createAdmission({ store, policy: parts.policy, end })

  /**
   * @param earlier Asked only under a session policy. Default: none.
   * @param seed What the session is known by. Default: chance.
   */
  async function start(
    input: NewSession,
    earlier: EarlierSessions = async () => [],
    seed?: Pick<Session, 'id' | 'nonce'>,
  ): Promise<Issued> {
    const now = await store.now()
    requireTransport(parts.kind, input.transport)
    const session = { ...newSession(input, now, parts.lifetimes, parts.clientId, parts.kind), ...seed }
    const profile = await profileOf(session, now)
    if (!profile) throw new AnswerError('account_disabled', 'the directory has no active account for this subject')
    const { generation, nonce, idleDeadline } = session
    const token = { generation, nonce, parent: noParent }
    // Before the session is kept: where no token can be made of the profile, no session is left behind.
    const issued = await issue(session, profile, now, { generation, idleDeadline, next: { is: 'new', token } })
    await (admit ? admit(session, earlier) : store.sessions.create(session))
    events.emit({ type: 'session_started', at: now, tenant: session.tenant, subject: session.subject, sid: session.id })
    return issued
  }

  /** @param admitClient Throws where the client of the session had to authenticate and did not. Default: all are admitted. */
  async function refresh(
    presentation: Presentation,
    admitClient: (clientId: string) => void = () => {},
  ): Promise<Issued> {
    let profile: Profile | undefined
    for (let attempt = 0; attempt < 3; attempt++) {
      const { session, token, now } = await identified(presentation)
      admitClient(session.clientId)
      // An old token out of a log must not tell where the person signs in now.
      const refusal = inactive(session, now, isLatest(session, token))
      if (refusal) throw refusal
      const decision = await decide(session, token, presentation, now)
      if (decision.outcome !== 'grant' && decision.outcome !== 'confirm') {
        report(decision, session, now)
        throw await refuse(decision, session)
      }
      profile ??= await profileOrEnd(session, now)
      const minted = await write(session, decision, presentation, now)
      if (!minted) continue
      report(decision, session, now)
      events.count(decision.outcome === 'confirm' ? 'refresh_confirmed' : 'refresh_granted')
      return issue(session, profile, now, minted)
    }
    throw new AnswerError('service_unavailable', 'too many requests refresh this session at the same time', {
      retryAfter: 1,
    })
  }

  /**
   * Hands out again what `start` handed out, as long as nothing has been confirmed since. Later it is a reused token.
   *
   * @param nonce That of the session's first token.
   * @returns null where there is no such session.
   * @throws AnswerError with the reason why the session is over; `refresh_raced`.
   */
  async function repeatStart(sid: string, nonce: Uint8Array, transport: Transport): Promise<Issued | null> {
    const { session, now } = await store.sessions.find(sid)
    if (!session) return null
    const first = { generation: 0, nonce, parent: noParent }
    const refusal = inactive(session, now, isLatest(session, first))
    if (refusal) throw refusal
    requireSameTransport(session, transport)
    const decision = await decide(session, first, { token: '', transport }, now)
    if (decision.outcome !== 'grant' && decision.outcome !== 'confirm') {
      report(decision, session, now)
      throw await refuse(decision, session)
    }
    const { generation, idleDeadline } = session
    return issue(session, await profileOrEnd(session, now), now, {
      generation,
      idleDeadline,
      next: { is: 'new', token: first },
    })
  }

  async function issue(...what: Parameters<TokenMint['issue']>): Promise<Issued> {
    const recording = parts.retention.record()
    if (recording) await recording
    return parts.tokens.issue(...what)
  }

  /** All checks of the token itself; none of them changes anything. */
  async function identified(presentation: Presentation) {
    const { session, token, now } = await parts.readToken(presentation.token, presentation.sid)
    if (presentation.clientId !== undefined && presentation.clientId !== session.clientId) {
      throw new AnswerError('refresh_token_invalid', 'the session belongs to another client')
    }
    if (presentation.rotate !== false) requireSameTransport(session, presentation.transport)
    if (presentation.rotate === false && session.kind !== 'rotating') {
      const expected = `rotate: false is for refresh tokens that rotate, and a ${session.kind} session has none`
      throw new AnswerError('invalid_request', expected)
    }
    return { session, token, now }
  }

  async function decide(
    session: Session,
    token: PresentedToken,
    { evidence }: Presentation,
    now: number,
  ): Promise<RotationDecision> {
    // A bearer session has no key that anything could prove.
    const proof = (session.binding && (await evidence?.(session.binding))) ?? 'absent'
    const decision = kinds[session.kind].decide(session, token, { proof, recovery: parts.recovery }, now)
    // Only a token that is ahead of the store may need the operator's declaration, which is in the store too.
    const isAhead = token.generation > session.generation && decision.outcome !== 'confirm'
    if (!isAhead || !(await isRecoveryDeclared(store.counters))) return decision
    return kinds[session.kind].decide(session, token, { proof, recovery: true }, now)
  }

  function report(decision: RotationDecision, session: Session, now: number): void {
    const type = 'event' in decision ? decision.event : decision.outcome === 'revoke' ? decision.reason : null
    if (!type) return
    events.emit({ type, at: now, tenant: session.tenant, subject: session.subject, sid: session.id })
  }

  /** The answer to a token that is granted nothing; a reused one ends its session first. */
  async function refuse(
    decision: Exclude<RotationDecision, { outcome: 'grant' | 'confirm' }>,
    session: Session,
  ): Promise<AnswerError> {
    events.count(`refresh_${decision.outcome}`)
    switch (decision.outcome) {
      case 'raced':
        return new AnswerError('refresh_raced')
      case 'refuse':
        return new AnswerError('refresh_token_invalid', 'the token is newer than the store')
      case 'unproven':
        return new AnswerError('invalid_dpop_proof')
      case 'revoke':
        await end(session.id, decision.reason)
        return new AnswerError(decision.reason)
    }
  }

  async function profileOrEnd(session: Session, now: number): Promise<Profile> {
    const profile = await profileOf(session, now)
    if (profile) return profile
    await end(session.id, 'account_disabled')
    throw new AnswerError('account_disabled')
  }

  /**
   * Writes what the decision asks for, and mints.
   *
   * @returns nothing where another request won: read and decide again.
   */
  async function write(
    session: Session,
    decision: Extract<RotationDecision, { outcome: 'grant' | 'confirm' }>,
    presentation: Presentation,
    now: number,
  ): Promise<Minted | undefined> {
    const confirmed = decision.outcome === 'confirm' ? decision.confirmed : session
    const next = nextOf(session, confirmed, presentation)
    const child = next.is === 'new' ? next.token : undefined
    const advanced = child && parts.confirmation === 'strict' ? succeed(confirmed, child, now) : confirmed
    const writes = advanced !== session || isTouchDue(session, now)
    // An answer promises no later deadline than the one that is kept.
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
    const generation = child?.generation ?? confirmed.generation
    return { generation, idleDeadline, next }
  }

  function nextOf({ kind }: Session, confirmed: ConfirmedToken, { rotate, token }: Presentation): NextToken {
    if (rotate === false) return { is: 'none' }
    if (kinds[kind].exchange === 'same token') return { is: 'same', text: token }
    return { is: 'new', token: mintChild(confirmed) }
  }

  /**
   * The session of a refresh token; null where the token is not genuine, or not of this transport and client.
   *
   * @throws AnswerError `service_unavailable` where this node does not know the token's key.
   */
  async function inspect(presented: TokenToInspect): Promise<Inspected | null> {
    const found = await genuine(presented)
    return found && { session: found.session, active: !inactive(found.session, found.now) }
  }

  async function genuine({ token, transport, clientId }: TokenToInspect) {
    try {
      return await identified({ token, transport, ...(clientId !== undefined && { clientId }) })
    } catch (error) {
      if (error instanceof AnswerError && error.code !== 'service_unavailable') return null
      throw error
    }
  }

  /**
   * The session whose end may be told to whoever holds this token: one that a refresh would accept, or, once the session is
   * over, its latest. An old token out of a log must not tell where the person signs in now.
   *
   * @throws AnswerError `refresh_raced`; `service_unavailable` where this node does not know the token's key.
   */
  async function findFollowed(presented: TokenToInspect): Promise<Session | undefined> {
    const found = await genuine(presented)
    if (!found) return undefined
    const { session, token, now } = found
    if (inactive(session, now)) return isLatest(session, token) ? session : undefined
    const { outcome } = await decide(session, token, presented, now)
    if (outcome === 'raced') throw new AnswerError('refresh_raced')
    return outcome === 'grant' || outcome === 'confirm' ? session : undefined
  }

  /** Why a session is over, or for how long it lasts at least, as the store says now. */
  async function stateOf(sid: string): Promise<SessionState> {
    const { session, now } = await store.sessions.find(sid)
    // The store forgets a session some time after its end.
    if (!session) return { over: { reason: 'session_expired' } }
    const refusal = inactive(session, now)
    if (refusal) {
      const { code: reason, replacedBy } = refusal
      return { over: replacedBy ? { reason, replacedBy } : { reason } }
    }
    return { lastsFor: (Math.min(session.idleDeadline, session.absoluteDeadline) - now) / 1000 }
  }

  return { start, repeatStart, refresh, inspect, findFollowed, stateOf, userOf, ...parts.endings }
}

function requireTransport({ name, transports }: SessionKind, transport: Transport | undefined): void {
  if (transport === undefined || transports.includes(transport)) return
  throw new AnswerError('invalid_request', `${name} sessions have no transport ${transport}: use ${transports.join()}`)
}

function requireSameTransport(session: Session, transport: Transport): void {
  if (transport === session.transport) return
  throw new AnswerError('invalid_request', `this session uses the transport ${session.transport}`)
}

/**
 * Why a session cannot be used any more; nothing where it can.
 *
 * @param inDetail whether to say which sign-in replaced it.
 */
function inactive(session: Session, now: number, inDetail = true): AnswerError | undefined {
  if (session.ended) {
    const { reason, replacedBy } = session.ended
    return new AnswerError(reason, undefined, inDetail ? { replacedBy } : {})
  }
  const passed = kinds[session.kind].deadlines.passed(session, now)
  return passed ? new AnswerError(passed === 'idle' ? 'refresh_token_expired' : 'session_expired') : undefined
}
