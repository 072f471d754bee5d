import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  confirmToken,
  decideRotation,
  type Evidence,
  type PresentedToken,
  type RotationRecord,
  raceWindow,
} from '../../src/session/rotation.js'
import type { Binding, ConfirmedToken, SupersededToken } from '../../src/session/session.js'

const now = 1_700_000_000_000
const seconds = 1000
const u32 = 2 ** 32 - 1
const key: Binding = { type: 'dpop', jkt: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' }

/** A nonce that its letters tell apart, in its first 8 bytes too. */
function nonce(name: string): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, index) => (name.charCodeAt(index % name.length) + index) % 256)
}

function parent(name: string): Uint8Array {
  return nonce(name).slice(0, 8)
}

function token(generation: number, name: string, parentName: string): PresentedToken {
  return { generation, nonce: nonce(name), parent: parent(parentName) }
}

function superseded(generation: number, name: string, age: number): SupersededToken {
  return { generation, nonce: parent(name), at: now - age }
}

/**
 * A line of tokens T0 to T6, each the child of the one before. T6 is confirmed. The four before it are remembered: T5 was
 * superseded 4 s ago, T4 exactly 10 s, T3 a millisecond more, T2 by a clock that is 5 s ahead.
 */
const bearer: RotationRecord = {
  generation: 6,
  nonce: nonce('T6'),
  binding: null,
  superseded: [
    superseded(5, 'T5', 4 * seconds),
    superseded(4, 'T4', raceWindow * seconds),
    superseded(3, 'T3', raceWindow * seconds + 1),
    superseded(2, 'T2', -5 * seconds),
  ],
}
const bound: RotationRecord = { ...bearer, binding: key }

const grant = 'grant'
const confirm = 'confirm'
const resynced = 'grant, resynced'
const leap = 'confirm, store_regressed'
const refuse = 'refuse, store_regressed'
const revoke = 'revoke, refresh_token_reused'
const raced = 'raced'

/** A decision in words: its outcome and what it reports. */
function outcomeOf(record: RotationRecord, presented: PresentedToken, evidence: Evidence): string {
  const decision = decideRotation(record, presented, evidence, now)
  const note = 'event' in decision ? decision.event : 'reason' in decision ? decision.reason : null
  return note ? `${decision.outcome}, ${note}` : decision.outcome
}

const proven: Evidence = { proof: 'valid', recovery: false }
const bare: Evidence = { proof: 'absent', recovery: false }

// biome-ignore format: a table is read by its columns.
const rows: readonly (readonly [string, PresentedToken, bearer: string, bound: string])[] = [
  // current
  ['the confirmed token',                                     token(6, 'T6', 'T5'),   grant,   grant],
  ['the confirmed token, whatever parent it names',           token(6, 'T6', 'X'),    grant,   grant],
  // next
  ['a child of the confirmed token',                          token(7, 'T7', 'T6'),   confirm, confirm],
  ['another child of the confirmed token',                    token(7, 'T7b', 'T6'),  confirm, confirm],
  // raced
  ['superseded 4 s ago',                                      token(5, 'T5', 'T4'),   raced,   grant],
  ['superseded exactly 10 s ago',                             token(4, 'T4', 'T3'),   raced,   grant],
  ['superseded 10 s and a millisecond ago',                   token(3, 'T3', 'X'),    revoke,  resynced],
  ['superseded by a clock that is ahead: the fourth',         token(2, 'T2', 'T1'),   raced,   grant],
  ['sibling of the token that took over 4 s ago',             token(6, 'T6b', 'T5'),  raced,   grant],
  ['sibling of the token that took over exactly 10 s ago',    token(5, 'T5b', 'T4'),  raced,   grant],
  ['sibling of the token that took over 10 s and 1 ms ago',   token(4, 'T4b', 'T3'),  revoke,  resynced],
  ['sibling of the token that took over in the future',       token(3, 'T3b', 'T2'),  raced,   grant],
  // superseded
  ['the fifth superseded token',                              token(1, 'T1', 'T0'),   revoke,  resynced],
  ['sibling of the token that superseded the fifth',          token(2, 'T2b', 'T1'),  revoke,  resynced],
  ['the token of the sign-in',                                token(0, 'T0', 'none'), revoke,  resynced],
  ['a remembered nonce with another generation',              token(4, 'T5', 'X'),    revoke,  resynced],
  ['a remembered generation with another nonce',              token(5, 'T5x', 'X'),   revoke,  resynced],
  ['the confirmed nonce with an earlier generation',          token(5, 'T6', 'X'),    revoke,  resynced],
  ['a child of a remembered token by its parent alone',       token(4, 'T6x', 'T5'),  revoke,  resynced],
  ['the confirmed generation with a stranger as parent',      token(6, 'T6x', 'X'),   revoke,  resynced],
  // ahead
  ['one ahead, with another parent',                          token(7, 'T7', 'X'),    revoke,  leap],
  ['one ahead, child of a superseded token',                  token(7, 'T7', 'T5'),   revoke,  leap],
  ['two ahead',                                               token(8, 'T8', 'T7'),   leap,    leap],
  ['two ahead, though it names the confirmed token',          token(8, 'T8', 'T6'),   leap,    leap],
  ['three ahead',                                             token(9, 'T9', 'T8'),   refuse,  leap],
  ['as far ahead as a u32 goes',                              token(u32, 'Tx', 'X'),  refuse,  leap],
]

describe('the decision', () => {
  test.each(rows)('%s', (_, presented, ofBearer, ofBound) => {
    expect(outcomeOf(bearer, presented, bare)).toBe(ofBearer)
    expect(outcomeOf(bound, presented, proven)).toBe(ofBound)
  })

  test.each(rows)('a bearer session has no key, so a proof counts for nothing: %s', (_, presented, ofBearer) => {
    for (const proof of ['invalid', 'replayed', 'valid'] as const) {
      expect(outcomeOf(bearer, presented, { proof, recovery: false })).toBe(ofBearer)
    }
  })

  test.each(rows)('without a valid proof a bound session answers nothing else: %s', (_, presented) => {
    for (const recovery of [false, true]) {
      expect(outcomeOf(bound, presented, { proof: 'absent', recovery })).toBe('unproven, refresh_unproven')
      expect(outcomeOf(bound, presented, { proof: 'invalid', recovery })).toBe('unproven, refresh_unproven')
      expect(outcomeOf(bound, presented, { proof: 'replayed', recovery })).toBe('unproven, proof_replayed')
    }
  })

  test.each(rows)(
    'a declared recovery takes what is ahead and changes nothing else: %s',
    (_, presented, ofBearer, ofBound) => {
      const recovered = outcomeOf(bearer, presented, { proof: 'absent', recovery: true })

      expect(recovered).toBe(ofBound === leap ? leap : ofBearer)
    },
  )
})

describe('the window', () => {
  const fresh: RotationRecord = {
    generation: 1,
    nonce: nonce('T1'),
    binding: null,
    superseded: [superseded(0, 'T0', 0)],
  }
  const late = token(0, 'T0', 'none')

  test.each([
    [-3600 * seconds, 'raced'],
    [-40, 'raced'],
    [0, 'raced'],
    [10 * seconds - 1, 'raced'],
    [10 * seconds, 'raced'],
    [10 * seconds + 1, 'revoke'],
    [90 * 24 * 3600 * seconds, 'revoke'],
  ])('%d ms after the supersession the token means: %s', (age, outcome) => {
    expect(decideRotation(fresh, late, bare, now + age).outcome).toBe(outcome)
  })

  test('is measured from the supersession of the token itself, not from a later one', () => {
    const record = { ...fresh, superseded: [superseded(1, 'T1', 0), superseded(0, 'T0', 11 * seconds)] }

    expect(decideRotation({ ...record, generation: 2, nonce: nonce('T2') }, late, bare, now).outcome).toBe('revoke')
  })
})

describe('a generation at the end of its u32', () => {
  const last: RotationRecord = { generation: u32, nonce: nonce('T'), binding: null, superseded: [] }

  test.each([
    ['the last generation is current', last, token(u32, 'T', 'S'), grant],
    ['it has no next: the count does not begin again', last, token(0, 'U', 'T'), revoke],
    ['the last generation is the next', { ...last, generation: u32 - 1 }, token(u32, 'U', 'T'), confirm],
    ['the last generation is two ahead', { ...last, generation: u32 - 2 }, token(u32, 'U', 'S'), leap],
    ['the last generation is three ahead', { ...last, generation: u32 - 3 }, token(u32, 'U', 'S'), refuse],
  ])('%s', (_, record, presented, outcome) => {
    expect(outcomeOf(record, presented, bare)).toBe(outcome)
  })
})

describe('a session that was just begun', () => {
  const record: RotationRecord = { generation: 0, nonce: nonce('T0'), binding: null, superseded: [] }

  test('knows its first token, whose parent is zeros', () => {
    const first = { generation: 0, nonce: nonce('T0'), parent: new Uint8Array(8) }

    expect(outcomeOf(record, first, bare)).toBe(grant)
  })

  test('treats a second token of the same generation as a reuse', () => {
    expect(outcomeOf(record, token(0, 'T0x', 'none'), bare)).toBe(revoke)
  })
})

describe('what a confirmation writes', () => {
  test('of the next token: that token, and its predecessor as the latest of the superseded ones', () => {
    const decision = decideRotation(bearer, token(7, 'T7', 'T6'), bare, now)

    expect(decision).toEqual({
      outcome: 'confirm',
      event: null,
      confirmed: {
        generation: 7,
        nonce: nonce('T7'),
        superseded: [superseded(6, 'T6', 0), ...bearer.superseded],
      },
    })
  })

  test('of a token ahead: that token, its parent, and what the store still remembers', () => {
    const decision = decideRotation(bearer, token(8, 'T8', 'T7'), bare, now)

    expect(decision).toEqual({
      outcome: 'confirm',
      event: 'store_regressed',
      confirmed: {
        generation: 8,
        nonce: nonce('T8'),
        // T3 is beyond the four and older than the window, T2 is superseded by a clock that is ahead.
        superseded: [
          superseded(7, 'T7', 0),
          superseded(6, 'T6', 0),
          ...bearer.superseded.filter(({ generation }) => generation !== 3),
        ],
      },
    })
  })

  test('is what makes the same token current the second time', () => {
    for (const presented of [token(7, 'T7', 'T6'), token(8, 'T8', 'T7')]) {
      const decision = decideRotation(bearer, presented, bare, now)
      if (decision.outcome !== 'confirm') throw new Error(decision.outcome)

      expect(outcomeOf({ ...decision.confirmed, binding: null }, presented, bare)).toBe(grant)
    }
  })
})

describe('succeed', () => {
  test('keeps the first 8 bytes of the predecessor, with the moment it was superseded', () => {
    const { superseded: list } = confirmToken(
      { generation: 0, nonce: nonce('T0'), superseded: [] },
      token(1, 'T1', 'T0'),
      now,
    )

    expect(list).toEqual([{ generation: 0, nonce: parent('T0'), at: now }])
  })

  /** The record after rotations that are so many milliseconds apart. */
  function rotated(times: number, apart: number): ConfirmedToken {
    let record: ConfirmedToken = { generation: 0, nonce: nonce('T0'), superseded: [] }
    for (let generation = 1; generation <= times; generation++) {
      const next = token(generation, `T${generation}`, `T${generation - 1}`)
      record = confirmToken(record, next, now + generation * apart)
    }
    return record
  }

  test('remembers the last four superseded tokens however old, the latest first', () => {
    const { superseded: list } = rotated(6, 3600 * seconds)

    expect(list.map(({ generation }) => generation)).toEqual([5, 4, 3, 2])
    expect(list.map(({ at }) => (at - now) / (3600 * seconds))).toEqual([6, 5, 4, 3])
  })

  test('remembers every token superseded at most 10 s ago, and then forgets them down to four', () => {
    const crowded = rotated(9, 1250)

    expect(crowded.superseded.map(({ generation }) => generation)).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0])
    const inside = confirmToken(crowded, token(10, 'T10', 'T9'), now + 11_250)
    expect(inside.superseded.map(({ generation }) => generation)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    const later = confirmToken(crowded, token(10, 'T10', 'T9'), now + 11_251)
    expect(later.superseded.map(({ generation }) => generation)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1])
    const atLast = confirmToken(crowded, token(10, 'T10', 'T9'), now + 60 * seconds)
    expect(atLast.superseded.map(({ generation }) => generation)).toEqual([9, 8, 7, 6])
  })

  test('remembers thirty-two tokens at most', () => {
    const { superseded: list } = rotated(40, 1)

    expect(list.map(({ generation }) => generation)).toEqual(Array.from({ length: 32 }, (_, index) => 39 - index))
  })

  test('changes nothing that it was given', () => {
    const before = structuredClone(bearer)

    confirmToken(bearer, token(7, 'T7', 'T6'), now)

    expect(bearer).toEqual(before)
  })

  test('copies the bytes, so that a record never holds on to the request they came from', () => {
    const message = Buffer.concat([nonce('T7'), nonce('T6')])
    const presented = { generation: 7, nonce: message.subarray(0, 16), parent: message.subarray(16, 24) }

    const record = confirmToken({ ...bearer, nonce: message.subarray(16) }, presented, now)
    message.fill(0)

    expect(record.nonce).toEqual(nonce('T7'))
    expect(record.superseded[0]!.nonce).toEqual(parent('T6'))
  })
})

describe('whatever is presented', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  const anyGeneration = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: u32 }))
  // Names that repeat, so that tokens of one line meet often.
  const anyToken = fc
    .tuple(
      anyGeneration,
      fc.constantFrom('T4', 'T5', 'T6', 'T7', 'T8', 'X'),
      fc.constantFrom('T4', 'T5', 'T6', 'T7', 'X'),
    )
    .map(([generation, name, parentName]) => token(generation, name, parentName))
  const foreign = fc.record({ generation: anyGeneration, nonce: bytes(16), parent: bytes(8) })
  const anyEvidence = fc.record({
    proof: fc.constantFrom('absent', 'invalid', 'replayed', 'valid'),
    recovery: fc.boolean(),
  })
  const anyMoment = fc.integer({ min: now - 60 * seconds, max: now + 60 * seconds })

  test('a bound session with a proof is always granted tokens, and without one never', () => {
    fc.assert(
      fc.property(fc.oneof(anyToken, foreign), anyEvidence, anyMoment, (presented, evidence, moment) => {
        const { outcome } = decideRotation(bound, presented, evidence, moment)

        if (evidence.proof === 'valid') expect(['grant', 'confirm']).toContain(outcome)
        else expect(outcome).toBe('unproven')
      }),
      { numRuns: 2000 },
    )
  })

  test('a confirmation never moves the generation backwards, and always ends at the presented token', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(bearer, bound),
        fc.oneof(anyToken, foreign),
        anyEvidence,
        anyMoment,
        (record, presented, evidence, moment) => {
          const decision = decideRotation(record, presented, evidence, moment)

          if (decision.outcome !== 'confirm') return
          expect(decision.confirmed.generation).toBeGreaterThan(record.generation)
          expect(decision.confirmed).toMatchObject({ generation: presented.generation, nonce: presented.nonce })
          expect(decision.confirmed.superseded.length).toBeLessThanOrEqual(record.superseded.length + 2)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
