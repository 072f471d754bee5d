import { decideRotation, type RotationDecision } from '../../../src/session/rotation.js'
import type { ConfirmedToken } from '../../../src/session/session.js'
import type { Rule } from './service.js'
import { keyOf } from './world.js'

/** The rule as it is, and the session service as it uses it. */
export const theRule: Rule = {
  decide: decideRotation,
  wins: (work, record, ended) =>
    !ended && record.generation === work.read.generation && record.nonce[0] === work.read.nonce[0],
  oneSuccessor: false,
  confirmsAtMint: false,
  granted: (record) => record,
  refusalEnds: false,
}

/** The rule with one thing wrong. Where it can be, the wrong is in what the real decision is asked, or in what it answered. */
export interface Mutant {
  readonly name: string
  readonly rule: Rule
}

export const mutants = {
  noCompareAndSet: mutant('the write asks for nothing: no compare-and-set', {
    wins: (_work, _record, ended) => !ended,
  }),

  writeOfEnded: mutant('the write does not ask whether the session is active', {
    wins: (work, record) => theRule.wins(work, record, false),
  }),

  oneSuccessor: mutant('one fixed successor instead of children', { oneSuccessor: true }),

  confirmAtMint: mutant('a token is confirmed when it is minted, not when it is used', { confirmsAtMint: true }),

  latestWindow: mutant('the window is measured from the latest confirmation', {
    decide: (record, token, evidence, now) => {
      const at = record.superseded[0]?.at ?? now
      const superseded = record.superseded.map((earlier) => ({ ...earlier, at }))
      return decideRotation({ ...record, superseded }, token, evidence, now)
    },
  }),

  noWindow: mutant('no window: a race is a reuse', {
    decide: (...asked) => {
      const decision = decideRotation(...asked)
      return decision.outcome === 'raced' ? reused : decision
    },
  }),

  siblingsReused: mutant('a sibling of the token that superseded it is a reuse', {
    decide: (record, token, evidence, now) => {
      const decision = decideRotation(record, token, evidence, now)
      const listed = record.superseded.some((earlier) => earlier.nonce[0] === token.nonce[0])
      return decision.outcome === 'raced' && !listed ? reused : decision
    },
  }),

  oneRemembered: mutant('one superseded token is remembered instead of four', {
    decide: (record, ...rest) => decideRotation({ ...record, superseded: record.superseded.slice(0, 1) }, ...rest),
  }),

  fourRemembered: mutant('four superseded tokens are remembered, and no more of the last ten seconds', {
    decide: (record, ...rest) => decideRotation({ ...record, superseded: record.superseded.slice(0, 4) }, ...rest),
  }),

  racedMints: mutant('seconds of leeway that mint again', {
    decide: (...asked) => {
      const decision = decideRotation(...asked)
      return decision.outcome === 'raced' ? granted : decision
    },
  }),

  reusedMints: mutant('a superseded token is delivered again for ever', {
    decide: (...asked) => {
      const decision = decideRotation(...asked)
      return decision.outcome === 'revoke' ? granted : decision
    },
  }),

  parentUnchecked: mutant('the parent is not checked', {
    decide: (record, token, evidence, now) => {
      const parent = token.generation === record.generation + 1 ? record.nonce.slice(0, 8) : token.parent
      return decideRotation(record, { ...token, parent }, evidence, now)
    },
  }),

  anyAhead: mutant('a token ahead is taken, however far', {
    decide: (record, token, evidence, now) => decideRotation(record, token, { ...evidence, recovery: true }, now),
  }),

  aheadRefused: mutant('a token ahead by two is refused', {
    decide: (...asked) => {
      const decision = decideRotation(...asked)
      return isLeap(decision) ? { outcome: 'refuse', event: 'store_regressed' } : decision
    },
  }),

  leapForgets: mutant('a leap forgets all superseded tokens but the parent', {
    decide: (...asked) => {
      const decision = decideRotation(...asked)
      if (!isLeap(decision)) return decision
      const confirmed: ConfirmedToken = { ...decision.confirmed, superseded: decision.confirmed.superseded.slice(0, 1) }
      return { ...decision, confirmed }
    },
  }),

  bindingRaised: mutant('a refresh binds a bearer session to the key that it brings', {
    granted: (record, request) => ({
      ...record,
      binding: record.binding ?? (request.from === 'thief' ? keyOf.thief : keyOf.client),
    }),
  }),

  proofless: mutant('a bound session asks for no proof', {
    decide: (record, token, evidence, now) => decideRotation(record, token, { ...evidence, proof: 'valid' }, now),
  }),

  refusalEnds: mutant('a request without proof ends a bound session', { refusalEnds: true }),
} as const satisfies Record<string, Mutant>

const granted: RotationDecision = { outcome: 'grant', event: null }
const reused: RotationDecision = { outcome: 'revoke', reason: 'refresh_token_reused' }

function isLeap(decision: RotationDecision): decision is Extract<RotationDecision, { outcome: 'confirm' }> {
  return decision.outcome === 'confirm' && decision.event === 'store_regressed'
}

function mutant(name: string, wrong: Partial<Rule>): Mutant {
  return { name, rule: { ...theRule, ...wrong } }
}
