import { expect, test } from 'vitest'
import { makeGuard, makeKey, now, signToken, verdictOn } from '../issuer.js'

const [first, second] = [makeKey('ES256', 'first'), makeKey('ES256', 'second')]

/** A manual clock, in seconds. */
function clock() {
  let seconds = now
  return { now: () => seconds * 1000, pass: (passed: number) => (seconds += passed) }
}

test('a key that is new at the source is found as soon as a token names it', async () => {
  const time = clock()
  const keys = [first.jwk]
  const guard = makeGuard({ keys: () => ({ keys }), now: time.now })
  expect(await verdictOn(guard, signToken(first))).toBe('passed')
  keys.push(second.jwk)
  time.pass(1)
  expect(await verdictOn(guard, signToken(second))).toBe('passed')
})

test('a key that was withdrawn verifies nothing any more, not even a remembered token', async () => {
  const time = clock()
  let keys = [first.jwk, second.jwk]
  const guard = makeGuard({ keys: () => ({ keys }), now: time.now })
  const token = signToken(first)
  await guard.verify(token)
  await guard.verify(token)
  expect(guard.figures().cached).toBe(1)
  keys = [second.jwk]
  time.pass(61)
  expect(await verdictOn(guard, token)).toBe('access_token_invalid')
  expect(guard.figures().cached).toBe(1)
})

test('a key of the same name but another content is another key', async () => {
  const time = clock()
  let keys = [first.jwk]
  const guard = makeGuard({ keys: () => ({ keys }), now: time.now })
  const token = signToken(first)
  await guard.verify(token)
  keys = [makeKey('ES256', 'first').jwk]
  time.pass(61)
  expect(await verdictOn(guard, token)).toBe('access_token_invalid')
})

test('a set that is read again unchanged leaves remembered tokens in place', async () => {
  const time = clock()
  let loads = 0
  const guard = makeGuard({ keys: () => ({ keys: [first.jwk, { ...second.jwk, loads: ++loads }] }), now: time.now })
  const token = signToken(first)
  await guard.verify(token)
  time.pass(61)
  await guard.verify(token)
  expect(loads).toBe(2)
  expect(guard.figures().cached).toBe(1)
})

test('an outdated set is read again in the background, without delaying the request', async () => {
  const time = clock()
  let release: (() => void) | undefined
  let loads = 0
  const guard = makeGuard({
    keys: async () => {
      if (++loads > 1) await new Promise<void>((resolve) => (release = resolve))
      return { keys: [first.jwk] }
    },
    now: time.now,
  })
  await guard.verify(signToken(first))
  time.pass(31)
  await guard.verify(signToken(first))
  expect(loads).toBe(2)
  release!()
})

test('a source that refuses signs nobody out', async () => {
  const guard = makeGuard({ keys: () => Promise.reject(new Error('unavailable')) })
  const error = await guard.verify(signToken(first)).catch((reason) => reason)
  expect(error).toMatchObject({ code: 'service_unavailable', status: 503, verdict: 'retry', challenge: undefined })
  expect(error.headers()['retry-after']).toBe('1')
})

test('keys that were read once stay in use while the source is unavailable, for a day', async () => {
  const time = clock()
  let unavailable = false
  const guard = makeGuard({
    keys: () => (unavailable ? Promise.reject(new Error('unavailable')) : { keys: [first.jwk] }),
    now: time.now,
  })
  await guard.verify(signToken(first))
  unavailable = true
  time.pass(3600)
  expect(await verdictOn(guard, signToken(first, { iat: now + 3590, exp: now + 3700 }))).toBe('passed')
  time.pass(86_400)
  const late = now + 3600 + 86_400
  expect(await verdictOn(guard, signToken(first, { iat: late - 10, exp: late + 100 }))).toBe('service_unavailable')
})

test('an unknown kid is unavailable, not invalid, while the source cannot be read', async () => {
  const time = clock()
  let unavailable = false
  const guard = makeGuard({
    keys: () => (unavailable ? Promise.reject(new Error('unavailable')) : { keys: [first.jwk] }),
    now: time.now,
  })
  await guard.verify(signToken(first))
  unavailable = true
  time.pass(2)
  expect(await verdictOn(guard, signToken(second))).toBe('service_unavailable')
  expect(await verdictOn(guard, signToken(first))).toBe('passed')
})

test('an unavailable source is read after growing pauses, not for every request', async () => {
  const time = clock()
  let reads = 0
  const guard = makeGuard({
    keys: () => {
      reads++
      return Promise.reject(new Error('unavailable'))
    },
    now: time.now,
  })
  const counts: number[] = []
  for (const pause of [0, 0, 1, 1, 1, 4, 8]) {
    time.pass(pause)
    await verdictOn(guard, signToken(first))
    counts.push(reads)
  }
  expect(counts).toEqual([1, 1, 2, 2, 3, 4, 5])
})

test('a source whose set is refused keeps the set before it', async () => {
  const time = clock()
  let keys: object[] = [first.jwk]
  const guard = makeGuard({ keys: () => ({ keys }), now: time.now })
  await guard.verify(signToken(first))
  keys = [second.jwk, second.jwk]
  time.pass(61)
  expect(await verdictOn(guard, signToken(first, { exp: now + 300 }))).toBe('passed')
  expect(await verdictOn(guard, signToken(second))).toBe('service_unavailable')
})

test('a kid that the source does not have yet is looked up again after each cool-down', async () => {
  const time = clock()
  let loads = 0
  const keys = [first.jwk]
  const guard = makeGuard({
    keys: () => {
      loads++
      return { keys }
    },
    now: time.now,
  })
  await guard.verify(signToken(first))
  for (const pause of [1, 0, 0.5, 1]) {
    time.pass(pause)
    expect(await verdictOn(guard, signToken(second))).toBe('access_token_invalid')
  }
  expect(loads).toBe(3)
  keys.push(second.jwk)
  time.pass(1)
  expect(await verdictOn(guard, signToken(second))).toBe('passed')
})

test('a clock that is set back does not stop keys from being read', async () => {
  const time = clock()
  const keys = [first.jwk]
  const guard = makeGuard({ keys: () => ({ keys }), now: time.now })
  await guard.verify(signToken(first))
  keys.push(second.jwk)
  time.pass(-3600)
  expect(await verdictOn(guard, signToken(second, { iat: now - 3610, exp: now - 3500 }))).toBe('passed')
})
