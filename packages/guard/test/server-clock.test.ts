import type { RevocationMessage } from '@sessionward/protocol'
import { describe, expect, test } from 'vitest'
import type { GuardOptions } from '../src/config.js'
import { ServerClock } from '../src/server-clock.js'
import { Warnings } from '../src/warnings.js'
import { goodClaims, makeGuard, makeKey, makeLogger, now, signToken, verdictOn } from './issuer.js'

/** A clock of this machine that can be moved, in seconds, and what the guard makes of the auth server's. */
function makeClock() {
  let seconds = now
  const { logger, warnings } = makeLogger()
  const clock = new ServerClock(() => seconds * 1000, new Warnings(logger))
  return {
    clock,
    warnings,
    pass: (passed: number) => (seconds += passed),
    /** A message that was written when the auth server's clock was so many seconds ahead, and took a while to arrive. */
    receive: (ahead: number, late = 0) => clock.observe((seconds + ahead - late) * 1000, false),
    /** The same in answer to a request. */
    answer: (ahead: number, late = 0) => clock.observe((seconds + ahead - late) * 1000, true),
    ahead: () => (clock.now() - clock.local()) / 1000,
  }
}

test('before any message the time is that of this machine', () => {
  const { clock, ahead } = makeClock()
  expect([clock.offset, ahead()]).toEqual([0, 0])
})

test('the clock of a server that is ahead is followed at once', () => {
  const { receive, ahead, clock } = makeClock()
  receive(6)
  expect(ahead()).toBe(6)
  expect(clock.offset).toBe(6000)
})

test('a message that arrives late does not set the clock back', () => {
  const { receive, pass, ahead } = makeClock()
  receive(6)
  pass(5)
  receive(6, 4)
  pass(26)
  receive(6, 4)
  expect(ahead()).toBe(6)
})

test('the clock of a server that is behind is reported after half a minute, and not followed', () => {
  const { receive, answer, pass, ahead, clock, warnings } = makeClock()
  answer(-6, 1)
  for (let passed = 0; passed < 25; passed += 5) {
    pass(5)
    receive(-6)
    expect(clock.offset).toBe(0)
  }
  pass(5)
  receive(-6, 1)
  expect(clock.offset).toBe(-6000)
  expect(ahead()).toBe(0)
  expect(warnings).toEqual([expect.stringContaining('behind')])
})

test('a stream with a growing delay never sets the clock back', () => {
  const { receive, answer, pass, ahead } = makeClock()
  answer(6)
  for (let late = 5; late < 300; late += 5) {
    pass(10)
    receive(6, late)
    expect(ahead()).toBe(6)
  }
})

test('a message is as old as its delay, and one of a server that is behind is new', () => {
  const { receive, answer, pass, clock } = makeClock()
  const ageOf = (seconds: number) => clock.since(seconds * 1000) / 1000
  answer(-40)
  expect(ageOf(now - 40)).toBe(0)
  pass(25)
  receive(-40, 20)
  expect(ageOf(now - 40 + 25 - 20)).toBe(20)
})

test.each([5, 65])('one message that was far ahead, %i s after the one before, counts for a minute', (silence) => {
  const { receive, answer, pass, ahead } = makeClock()
  answer(6)
  pass(silence)
  receive(299)
  expect(ahead()).toBe(299)
  for (let passed = 0; passed < 60; passed += 5) {
    pass(5)
    receive(6)
  }
  expect(ahead()).toBe(6)
  receive(301)
  expect(ahead()).toBe(6)
})

test.each([
  ['the auth server', 0],
  ['this machine', 6],
])('a correction at %s is followed within a minute of the next answer', (_title, jump) => {
  const { receive, answer, pass, ahead } = makeClock()
  answer(6)
  pass(jump)
  for (let passed = 0; passed < 60; passed += 5) {
    pass(5)
    receive(0)
  }
  expect(ahead()).toBe(6)
  answer(0)
  expect(ahead()).toBe(0)
})

test('where this clock is set back, what was measured before is forgotten', () => {
  const { receive, pass, ahead } = makeClock()
  receive(6)
  pass(-3600)
  receive(2)
  expect(ahead()).toBe(2)
})

test('the measured difference is kept while the feed is silent', () => {
  const { receive, pass, ahead } = makeClock()
  receive(6)
  pass(3600)
  expect(ahead()).toBe(6)
  receive(1)
  expect(ahead()).toBe(1)
})

test('a clock that is more than 300 s off is reported and not followed', () => {
  const { receive, ahead, clock, warnings } = makeClock()
  receive(301)
  expect(ahead()).toBe(0)
  expect(clock.offset).toBe(301_000)
  expect(warnings).toEqual([expect.stringContaining('does not correct')])
})

test('a difference of more than two seconds is logged once', () => {
  const { receive, pass, warnings } = makeClock()
  receive(2)
  expect(warnings).toEqual([])
  for (let passed = 0; passed < 120; passed += 5) {
    pass(5)
    receive(3 + passed / 100)
  }
  expect(warnings).toEqual([expect.stringContaining('more than 2 s ahead')])
})

describe('a guard whose auth server has a database clock 6 s ahead', () => {
  const key = makeKey('ES256', 'key')
  const { sid } = goodClaims
  const fresh = signToken(key, { iat: now + 6, exp: now + 306 })
  const expiring = signToken(key, { iat: now - 290, exp: now + 1 })

  function snapshot(entries: RevocationMessage['entries']): GuardOptions['feed'] & object {
    const message = { version: 1, epoch: 'one', watermark: (now + 6) * 1000, snapshot: true, entries } as const
    return {
      subscribe(receive) {
        receive(message)
        return () => undefined
      },
    }
  }

  test('accepts a token that was just issued, once it has a feed', async () => {
    expect(await verdictOn(makeGuard({ keys: key.jwk }), fresh)).toBe('access_token_invalid')
    const guard = makeGuard({ keys: key.jwk, feed: snapshot([]) })
    expect(await verdictOn(guard, fresh)).toBe('passed')
    expect(await verdictOn(guard, fresh)).toBe('passed')
    expect(guard.figures()).toMatchObject({ cached: 1, clockOffsetSeconds: 6 })
  })

  test("measures a token's end by the auth server's clock", async () => {
    expect(await verdictOn(makeGuard({ keys: key.jwk }), expiring)).toBe('passed')
    expect(await verdictOn(makeGuard({ keys: key.jwk, feed: snapshot([]) }), expiring)).toBe('access_token_expired')
  })

  test('keeps a revocation for as long as a token of it may pass', async () => {
    const entry = (expires: number) => ({ sid, reason: 'signed_out' as const, expires })
    const ended = makeGuard({ keys: key.jwk, feed: snapshot([entry(now)]) })
    expect(await verdictOn(ended, fresh)).toBe('passed')
    const counting = makeGuard({ keys: key.jwk, feed: snapshot([entry(now + 2)]) })
    expect(await verdictOn(counting, fresh)).toBe('signed_out')
  })
})
