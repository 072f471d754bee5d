import type { Transport } from '@sessionward/protocol'
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
import { isTouchDue, type Lifetimes } from './session/lifetime.js'
import { type NewSession, newSession } from './session/new-session.js'
import { noParent } from './session/refresh-token.js'
import { confirmToken, isLatest, type PresentedToken, type RotationDecision } from './session/rotation.js'
import type { ConfirmedToken, Session } from './session/session.js'
import type { SessionPolicy } from './session/session-limit.js'
import { createAdmission, type EarlierSessions } from './session-admission.js'
import type { Store } from './store/store.js'
import type { IssuedTokens, NextToken, TokenGrant, TokenMint } from './tokens/mint.js'
import type { TokenReader } from './tokens/token-reader.js'

/** How a client requests the next tokens. */
export interface Presentation {
  /** A refresh token, or the access token of a sliding session. */
  readonly token: string
  /** The transport of the token; a session keeps the transport it started with. */
  readonly transport: Transport
  /** `false` uses the token without issuing the next one, and accepts either transport. Default true. */
  readonly rotate?: boolean
  /** The client that authenticated, or the one in the cookie's name. Default: not checked. */
  readonly clientId?: string
  /** The session that the caller expects. Default: not checked. */
  readonly sid?: string
  /** What the request proves in addition to the token. Default: nothing. */
  readonly evidence?: RequestEvidence
}

type TokenToInspect = Pick<Presentation, 'token' | 'transport' | 'clientId'>

/** The session of a genuine refresh token of any generation. */
export interface Inspected {
  readonly session: Session
  /** Whether it has neither ended nor passed a deadline. */
  readonly active: boolean
}

export interface SessionServiceParts {
  readonly store: Store
  readonly profileReader: ProfileReader
  readonly readToken: TokenReader
  readonly events: Events
  /** The kind of new sessions. A session keeps the kind that it started with. */
  readonly kind: SessionKind
  readonly lifetimes: Lifetimes
  /** Undefined: the number of sessions is not limited. */
  readonly policy: SessionPolicy | undefined
  readonly confirmation: 'on-use' | 'strict'
  readonly recovery: boolean
  readonly clientId: string
  readonly retention: Pick<RevocationRetention, 'record'>
  readonly tokens: TokenMint
  readonly endings: SessionEndings
}

export type SessionService = ReturnType<typeof createSessionService>

/** The I/O of `session/`: reads and writes the store, and mints tokens. The decisions about tokens are in `session/`. */
export function createSessionService(parts: SessionServiceParts) {
  const { store, events } = parts
  const { profileOf, userOf } = createSessionProfiles(parts)
  const { mintChild } = parts.tokens
  const { end } = parts.endings
  const admit = parts.policy && createAdmission({ store, policy: parts.policy, end })

  /**
   * @param earlier Called only under a session policy. Default: none.
   * @param seed Id and first nonce of the session. Default: random.
   */
  async function start(
    input: NewSession,
    earlier: EarlierSessions = async () => [],
    seed?: Pick<Session, 'id' | 'nonce'>,
  ): Promise<IssuedTokens> {
    const now = await store.now()
    requireTransport(parts.kind, input.transport)
    const session = { ...newSession(input, now, parts.lifetimes, parts.clientId, parts.kind), ...seed }
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

  /** @param admitClient Throws if the client of the session had to authenticate and did not. Default: admits all. */
  async function refresh(
    presentation: Presentation,
    admitClient: (clientId: string) => void = () => {},
  ): Promise<IssuedTokens> {
    let profile: Profile | undefined
    for (let attempt = 0; attempt < 3; attempt++) {
      const { session, token, now } = await identified(presentation)
      admitClient(session.clientId)
      // An old token from a log must not reveal where the person has signed in since.
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
   * Issues the tokens of `start` again, as long as no later token has been confirmed. After that it counts as reuse.
   *
   * @param nonce Nonce of the session's first token.
   * @returns null if there is no such session.
   * @throws AnswerError with the reason why the session is over; `refresh_raced`.
   */
  async function repeatStart(sid: string, nonce: Uint8Array, transport: Transport): Promise<IssuedTokens | null> {
    const { session, now } = await store.sessions.find(sid)
    if (!session) return null
    const first = { generation: 0, nonce, parent: noParent }
    const refusal = inactive(session, now, isLatest(session, first))
    if (refusal) throw refusal
    const decision = await decide(session, first, { token: '', transport }, now)
    if (decision.outcome !== 'grant' && decision.outcome !== 'confirm') {
      report(decision, session, now)
      throw await refuse(decision, session)
    }
    // Not before: whoever came first has chosen the transport, and must not escape the rule by another one.
    requireSameTransport(session, transport)
    const { generation, idleDeadline } = session
    return issue(session, await profileOrEnd(session, now), now, {
      generation,
      idleDeadline,
      next: { kind: 'new', token: first },
    })
  }

  async function issue(...what: Parameters<TokenMint['issue']>): Promise<IssuedTokens> {
    const recording = parts.retention.record()
    if (recording) await recording
    return parts.tokens.issue(...what)
  }

  /** Verifies a token, its client and its transport, without changing anything. */
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
    // A bearer session has no key to prove.
    const proof = (session.binding && (await evidence?.(session.binding))) ?? 'absent'
    const decision = kinds[session.kind].decide(session, token, { proof, recovery: parts.recovery }, now)
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
  async function refuse(
    decision: Exclude<RotationDecision, { outcome: 'grant' | 'confirm' }>,
    session: Session,
  ): Promise<AnswerError> {
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

  async function profileOrEnd(session: Session, now: number): Promise<Profile> {
    const profile = await profileOf(session, now)
    if (profile) return profile
    await end(session.id, 'account_disabled')
    throw new AnswerError('account_disabled')
  }

  /**
   * Writes the decision to the store.
   *
   * @returns undefined if another request won; the caller reads and decides again.
   */
  async function write(
    session: Session,
    decision: Extract<RotationDecision, { outcome: 'grant' | 'confirm' }>,
    presentation: Presentation,
    now: number,
  ): Promise<TokenGrant | undefined> {
    const confirmed = decision.outcome === 'confirm' ? decision.confirmed : session
    const next = nextOf(session, confirmed, presentation)
    const child = next.kind === 'new' ? next.token : undefined
    const advanced = child && parts.confirmation === 'strict' ? confirmToken(confirmed, child, now) : confirmed
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
    const generation = child?.generation ?? confirmed.generation
    return { generation, idleDeadline, next }
  }

  function nextOf({ kind }: Session, confirmed: ConfirmedToken, { rotate, token }: Presentation): NextToken {
    if (rotate === false) return { kind: 'none' }
    if (kinds[kind].exchange === 'same token') return { kind: 'same', token: token }
    return { kind: 'new', token: mintChild(confirmed) }
  }

  /**
   * The session of a refresh token; null if the token is not genuine, or belongs to another transport or client.
   *
   * @throws AnswerError `service_unavailable` if this node does not know the token's key.
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
   * The session whose end may be reported to the holder of this token: a token that a refresh would accept, or the latest token of an
   * ended session. An old token from a log must not reveal where the person has signed in since.
   *
   * @throws AnswerError `refresh_raced`; `service_unavailable` if this node does not know the token's key.
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

  /** Reads from the store why a session has ended, or when it expires. */
  async function stateOf(sid: string): Promise<SessionState> {
    const { session, now } = await store.sessions.find(sid)
    // The store deletes a session some time after its end.
    if (!session) return { ended: { reason: 'session_expired' } }
    const refusal = inactive(session, now)
    if (refusal) {
      const { code: reason, replacedBy } = refusal
      return { ended: replacedBy ? { reason, replacedBy } : { reason } }
    }
    return { expiresIn: (Math.min(session.idleDeadline, session.absoluteDeadline) - now) / 1000 }
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
 * Why a session has ended; undefined if it is active.
 *
 * @param inDetail Whether to include the sign-in that replaced it.
 */
function inactive(session: Session, now: number, inDetail = true): AnswerError | undefined {
  if (session.ended) {
    const { reason, replacedBy } = session.ended
    return new AnswerError(reason, undefined, inDetail ? { replacedBy } : {})
  }
  const passed = kinds[session.kind].deadlines.passed(session, now)
  return passed ? new AnswerError(passed === 'idle' ? 'refresh_token_expired' : 'session_expired') : undefined
}
