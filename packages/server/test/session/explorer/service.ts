import {
  confirmToken,
  dateSupersessions,
  type decideRotation,
  type RotationRecord,
  supersededLimits,
} from '../../../src/session/rotation.js'
import {
  type Answer,
  cause,
  counted,
  keyOf,
  nonceOf,
  presentedToken,
  type Request,
  type skew,
  supersededFor,
  type Verdict,
  type Work,
  type World,
  windowMs,
} from './world.js'

/** What is under test: the decision, and the three habits of the session service that it rests on. */
export interface Rule {
  readonly decide: typeof decideRotation
  /** Whether the conditional write takes place. */
  readonly wins: (work: Work, record: RotationRecord, ended: boolean) => boolean
  /** Whether every child of a confirmed token is the same one. */
  readonly oneSuccessor: boolean
  /** Whether a grant confirms the token that it mints. */
  readonly confirmsAtMint: boolean
  /** The record once a request has been granted tokens. */
  readonly granted: (record: RotationRecord, request: Request) => RotationRecord
  /** Whether a request that is refused for want of a proof ends the session. */
  readonly refusalEnds: boolean
}

/** What a move shows to the checks of the promises. */
export interface Seen {
  readonly by: Request['from']
  readonly token: number
  readonly verdict: Verdict
  /** Whether this very request ended the session. */
  readonly reused: boolean
}

export interface Served {
  readonly world: World
  readonly seen: Seen | null
}

const attempts = 3

/**
 * Reads the record and decides, as session-service does. A grant mints at once from what was read; a confirmation waits
 * for its write.
 *
 * @param clock how far the clock that the node reads is from the true time, in milliseconds
 */
export function serve(rule: Rule, world: World, request: Request, clock: 0 | typeof skew, attempt = 1): Served {
  if (world.ended) return answer(world, request, 'ended', 0)
  const proof = proofFor(world.record, request)
  const late = isLate(world, request) ? cause.oldRequest : 0
  const evidence = { proof, recovery: false }
  const decision = rule.decide(world.record, presentedToken(world, request.token), evidence, world.now + clock)
  switch (decision.outcome) {
    case 'grant':
      return grant(rule, world, request, world.record)
    case 'confirm': {
      const next = { ...decision.confirmed, binding: world.record.binding }
      return { world: { ...world, work: [...world.work, { request, read: world.record, next, attempt }] }, seen: null }
    }
    case 'raced':
      return answer(world, request, 'raced', 0)
    case 'refuse':
      return answer({ ...world, causes: world.causes | late }, request, 'refused', 0)
    case 'revoke': {
      const before = { record: world.record, ended: false }
      return answer({ ...world, ended: true, before, causes: world.causes | late }, request, 'ended', 0, true)
    }
    case 'unproven': {
      const ended = world.ended || rule.refusalEnds
      return answer({ ...world, ended }, request, proof === 'replayed' ? 'replayed' : 'unproven', 0)
    }
  }
}

/** Does the conditional write of a confirmation, and mints; the loser reads and decides again. */
export function commit(rule: Rule, world: World, work: Work, clock: 0 | typeof skew): Served {
  const rest = { ...world, work: world.work.filter((other) => other !== work) }
  if (!rule.wins(work, world.record, world.ended)) {
    if (work.attempt === attempts) return answer(rest, work.request, 'busy', 0)
    return serve(rule, rest, work.request, clock, work.attempt + 1)
  }
  const used = [...world.used, { token: work.request.token, at: world.now }]
  // The store dates what it writes, by its own clock.
  const { superseded } = work.next
  const next = { ...work.next, superseded: dateSupersessions(superseded, superseded[0]!.at, world.now) }
  const before = { record: world.record, ended: world.ended }
  const causes = world.causes | limitsOf(work, world.now)
  return grant(rule, { ...rest, record: next, before, used, causes }, work.request, next)
}

/** Whether a confirmation runs into the limit of the window, as a bit. */
function limitsOf({ read, next }: Work, now: number): number {
  const added = next.generation === read.generation + 1 ? 1 : 2
  const crowded = read.superseded.slice(supersededLimits.atMost - added).some(({ at }) => now - at <= windowMs)
  return crowded ? cause.crowdedWindow : 0
}

function grant(rule: Rule, world: World, request: Request, read: RotationRecord): Served {
  const record = rule.granted(world.record, request)
  if (!request.rotate) return answer({ ...world, record }, request, 'granted', 0)
  const parent = read.nonce[0]!
  const known = rule.oneSuccessor ? world.tokens.findIndex((token) => token.parent === parent && parent > 0) : -1
  const minted = known < 0 ? world.tokens.length : known
  const tokens = known < 0 ? [...world.tokens, { generation: read.generation + 1, parent }] : world.tokens
  const child = { generation: read.generation + 1, nonce: nonceOf(minted) }
  const advanced = rule.confirmsAtMint ? { ...record, ...confirmToken(record, child, world.now) } : record
  const used = rule.confirmsAtMint ? [...world.used, { token: minted, at: world.now }] : world.used
  return answer({ ...world, record: advanced, tokens, used }, request, 'granted', minted)
}

/** Sends the answer back if a request still waits for it. */
function answer(world: World, request: Request, verdict: Verdict, minted: number, reused = false): Served {
  const seen: Seen = { by: request.from, token: request.token, verdict, reused }
  if (request.from === 'thief') return { world: rewarded(world, minted, verdict), seen }
  if (request.from === 'page' || request.flight === 0) return { world, seen }
  const sent: Answer = { flight: request.flight, verdict, presented: request.token, minted }
  const next = verdict === 'granted' ? world : counted(world, request.flight, false)
  return { world: { ...next, answers: [...world.answers, sent] }, seen }
}

function rewarded(world: World, minted: number, verdict: Verdict): World {
  if (verdict !== 'granted') return world
  const { thief } = world
  const loot = thief.loot.includes(minted) ? thief.loot : [...thief.loot, minted]
  return { ...world, thief: { ...thief, loot, used: true, countedAt: thief.used ? thief.countedAt : world.now } }
}

/** Whether a request comes so late that nobody promises anything, though its token was good when it was sent. */
export function isLate(world: World, request: Request): boolean {
  if (request.stale) return false
  const age = supersededFor(world, request.token)
  return age !== null && age > windowMs
}

function proofFor(record: RotationRecord, request: Request): Request['proof'] {
  if (record.binding === null || request.proof !== 'valid') return request.proof
  const owner = request.from === 'thief' ? keyOf.thief : keyOf.client
  return record.binding.jkt === owner.jkt ? 'valid' : 'invalid'
}
