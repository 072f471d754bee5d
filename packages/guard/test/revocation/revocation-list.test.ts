import type { RevocationEntry, RevocationMessage } from '@sessionward/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RevocationList } from '../../src/revocation/revocation-list.js'
import { ServerClock } from '../../src/server-clock.js'
import { Warnings } from '../../src/warnings.js'
import { goodClaims, makeLogger, now } from '../issuer.js'

function message(entries: readonly RevocationEntry[], given: Partial<RevocationMessage> = {}): RevocationMessage {
  return { version: 1, epoch: 'one', watermark: now * 1000, snapshot: false, entries, ...given }
}

function makeList() {
  let seconds = now
  const list = new RevocationList(5, new ServerClock(() => seconds * 1000, new Warnings(makeLogger().logger)))
  return { list, pass: (passed: number) => (seconds += passed) }
}

const { sid, sub } = goodClaims
const expires = now + 300

test('a revoked session is refused with its reason, and another is not', () => {
  const { list } = makeList()
  list.apply(message([{ sid, reason: 'signed_out', expires }]))
  expect(list.refusal(goodClaims)).toBe('signed_out')
  expect(list.refusal({ ...goodClaims, sid: 'another' })).toBeUndefined()
})

test('an entry is kept for as long as a token may still pass, tolerance included', () => {
  const { list, pass } = makeList()
  list.apply(message([{ sid, reason: 'signed_out', expires }]))
  pass(304)
  expect(list.refusal(goodClaims)).toBe('signed_out')
  // Expiries are rounded up by less than 16 s.
  pass(16)
  expect(list.refusal(goodClaims)).toBeUndefined()
})

test('entries that have expired leave the memory', () => {
  const { list, pass } = makeList()
  list.apply(
    message([
      { sid, reason: 'signed_out', expires },
      { sub, pv: 2, expires },
    ]),
  )
  pass(321)
  list.apply(message([{ sid: 'another', reason: 'signed_out', expires: expires + 300 }]))
  expect(list.size).toBe(1)
})

test('one message with a clock far ahead does not make the guard forget a revocation', () => {
  const { list, pass } = makeList()
  const receive = (seconds: number) => list.apply(message([], { watermark: seconds * 1000 }))
  list.apply(
    message(
      [
        { sid, reason: 'signed_out', expires },
        { sub, pv: 2, expires },
      ],
      { snapshot: true },
    ),
  )
  pass(31)
  receive(now + 31 + 290)
  for (let passed = 36; passed <= 130; passed += 5) {
    pass(5)
    receive(now + passed)
  }
  expect(list.refusal(goodClaims)).toBe('signed_out')
  expect(list.refusal({ ...goodClaims, sid: 'another', pv: 1 })).toBe('claims_changed')
})

test('a feed with a growing delay becomes stale', () => {
  const { list, pass } = makeList()
  list.apply(message([], { snapshot: true }))
  for (let late = 5; late <= 295; late += 5) {
    pass(10)
    list.apply(message([], { watermark: (now + late) * 1000 }))
    expect([list.age, list.connected]).toEqual([late, late <= 15])
  }
})

test('a session that is received twice keeps its first reason and its latest expiry', () => {
  const { list, pass } = makeList()
  list.apply(message([{ sid, reason: 'refresh_token_reused', expires }]))
  list.apply(message([{ sid, reason: 'signed_out', expires: expires + 60 }]))
  list.apply(message([{ sid, reason: 'signed_out', expires: expires - 60 }]))
  pass(350)
  expect(list.refusal(goodClaims)).toBe('refresh_token_reused')
  expect(list.size).toBe(1)
})

test('a snapshot removes no revocation', () => {
  const { list } = makeList()
  list.apply(message([{ sid, reason: 'signed_out', expires }]))
  list.apply(message([], { snapshot: true }))
  list.apply(message([], { snapshot: true, epoch: 'two' }))
  expect(list.refusal(goodClaims)).toBe('signed_out')
})

test.each([
  ['an older version', 1, 'claims_changed'],
  ['no version', undefined, 'claims_changed'],
  ['the version', 2, undefined],
  ['a newer version', 3, undefined],
])('of a changed profile, a token with %s', (_title, pv, refusal) => {
  const { list } = makeList()
  list.apply(message([{ sub, pv: 2, expires }]))
  expect(list.refusal({ ...goodClaims, ...(pv === undefined ? {} : { pv }) })).toBe(refusal)
})

test('a changed profile affects only its subject in its tenant', () => {
  const { list } = makeList()
  list.apply(message([{ sub, tenant: 'acme', pv: 2, expires }]))
  expect(list.refusal({ ...goodClaims, pv: 1 })).toBeUndefined()
  expect(list.refusal({ ...goodClaims, tenant: 'other', pv: 1 })).toBeUndefined()
  expect(list.refusal({ ...goodClaims, tenant: 'acme', sub: 'other', pv: 1 })).toBeUndefined()
  expect(list.refusal({ ...goodClaims, tenant: 'acme', pv: 1 })).toBe('claims_changed')
})

test('an older change of a profile does not undo a newer one', () => {
  const { list } = makeList()
  list.apply(message([{ sub, pv: 3, expires }]))
  list.apply(message([{ sub, pv: 2, expires: expires + 60 }]))
  expect(list.refusal({ ...goodClaims, pv: 2 })).toBe('claims_changed')
})

test('a change with the highest version does not remove a lower one that lasts longer', () => {
  const { list, pass } = makeList()
  list.apply(message([{ sub, pv: 3, expires }]))
  list.apply(message([{ sub, pv: Number.MAX_SAFE_INTEGER, expires: now + 1 }]))
  list.apply(message([{ sub, pv: 4, expires }]))
  expect(list.size).toBe(2)
  pass(10)
  expect(list.refusal({ ...goodClaims, pv: 3 })).toBe('claims_changed')
  expect(list.refusal({ ...goodClaims, pv: 4 })).toBeUndefined()
})

test.each([[{ sid, expires }], [{ sid, reason: 'nonsense', expires }], [{ sid, reason: 'toString', expires }]])(
  'an entry with a reason that is none, %j, ends the session all the same',
  (entry) => {
    const { list } = makeList()
    list.apply(message([entry as RevocationEntry]))
    expect(list.refusal(goodClaims)).toBe('session_revoked')
  },
)

test('malformed entries are ignored, and valid ones beside them count', () => {
  const { list } = makeList()
  const wrong = [null, 1, 'sid', [], {}, { sid }, { sid, expires: '9' }, { sub, expires }, { sub, pv: 'x', expires }]
  list.apply(message([...wrong, { sub, pv: 2, expires }] as RevocationEntry[]))
  expect(list.size).toBe(1)
  expect(list.refusal({ ...goodClaims, pv: 1 })).toBe('claims_changed')
})

test('a store that was restored counts profile versions anew', () => {
  const { list } = makeList()
  list.apply(message([{ sub, pv: 9, expires }], { snapshot: true }))
  list.apply(message([], { snapshot: true, epoch: 'two' }))
  expect(list.refusal({ ...goodClaims, pv: 8 })).toBeUndefined()
})

test('a revoked session is terminal although its profile changed too', () => {
  const { list } = makeList()
  list.apply(
    message([
      { sub, pv: 9, expires },
      { sid, reason: 'account_disabled', expires },
    ]),
  )
  expect(list.refusal(goodClaims)).toBe('account_disabled')
})

test('in whatever order and however often entries come, the same is refused', () => {
  const entry: fc.Arbitrary<RevocationEntry> = fc.oneof(
    fc.record({
      sid: fc.constantFrom('a', 'b', 'c'),
      reason: fc.constant('signed_out' as const),
      expires: fc.integer({ min: now - 20, max: now + 20 }),
    }),
    fc.record({ sub: fc.constantFrom('u', 'v'), pv: fc.nat(3), expires: fc.constant(now + 20) }),
  )
  const probes = ['a', 'b', 'c'].flatMap((sid) => ['u', 'v'].map((sub) => ({ ...goodClaims, sid, sub, pv: 1 })))
  const judge = (messages: readonly RevocationEntry[][]) => {
    const { list } = makeList()
    for (const entries of messages) list.apply(message(entries))
    return probes.map((claims) => list.refusal(claims))
  }
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 8 }), (entries, again) => {
      const repeated = entries.length > 0 ? again.map((index) => entries[index % entries.length]!) : []
      expect(judge([...entries, ...repeated].reverse().map((one) => [one]))).toEqual(judge([entries]))
    }),
  )
})

test('the list is unknown before the first snapshot, however many messages arrived', () => {
  const { list, pass } = makeList()
  expect(list.age).toBe(Number.POSITIVE_INFINITY)
  list.apply(message([]))
  expect(list).toMatchObject({ age: Number.POSITIVE_INFINITY, connected: false })
  list.apply(message([], { snapshot: true }))
  pass(15)
  expect(list).toMatchObject({ age: 15, connected: true })
  pass(1)
  expect(list).toMatchObject({ age: 16, connected: false })
  list.apply(message([], { watermark: (now + 16) * 1000 }))
  expect(list).toMatchObject({ age: 0, connected: true })
})

test('a clock that was set back does not make an old message new', () => {
  const { list, pass } = makeList()
  list.apply(message([], { snapshot: true }))
  pass(-3600)
  expect(list.age).toBe(Number.POSITIVE_INFINITY)
})
