import { describe, expect, test } from 'vitest'
import {
  fixedLifetimesFor,
  idleDeadlineAt,
  isTouchDue,
  lifetimesFor,
  passedDeadline,
  presets,
} from '../../src/session/lifetime.js'
import type { Session } from '../../src/session/session.js'

const now = 1_700_000_000_000
const hour = 3600
const day = 24 * hour

function session(idleTimeout: number, idleDeadline: number, absoluteDeadline: number): Session {
  return {
    id: 'AAAAAAAAAAAAAAAAAAAAAA',
    tenant: '',
    subject: 'a subject',
    clientId: 'default',
    kind: 'rotating',
    transport: 'cookie',
    remember: true,
    scope: null,
    claims: {},
    amr: [],
    acr: null,
    device: null,
    address: null,
    userAgent: null,
    binding: null,
    salt: new Uint8Array(16),
    generation: 0,
    nonce: new Uint8Array(16),
    superseded: [],
    authTime: now,
    createdAt: now,
    idleTimeout,
    idleDeadline,
    absoluteDeadline,
    profileFrom: now,
    ended: null,
  }
}

describe('the presets', () => {
  test('default: 5 minutes, 14 days idle, 90 days in all', () => {
    expect(presets.default).toEqual({ accessToken: 300, idle: 14 * day, absolute: 90 * day })
  })

  test('strict: AAL2 of NIST SP 800-63B-4, an hour idle and a day in all', () => {
    expect(presets.strict).toEqual({ accessToken: 300, idle: hour, absolute: day })
  })
})

describe('lifetimesFor', () => {
  test('keeps the lifetimes of a sign-in that is remembered', () => {
    expect(lifetimesFor(presets.default, true)).toEqual(presets.default)
  })

  test('lets a sign-in that is not remembered idle out within 12 hours', () => {
    expect(lifetimesFor(presets.default, false)).toEqual({ ...presets.default, idle: 12 * hour })
  })

  test('never lengthens a shorter idle timeout', () => {
    expect(lifetimesFor(presets.strict, false)).toEqual(presets.strict)
  })
})

describe('fixedLifetimesFor', () => {
  test('ends at its absolute deadline, however often it is used', () => {
    expect(fixedLifetimesFor(presets.default, true)).toEqual({ ...presets.default, idle: 90 * day })
  })

  test('ends a sign-in that is not remembered within 12 hours', () => {
    expect(fixedLifetimesFor(presets.default, false)).toEqual({
      ...presets.default,
      idle: 12 * hour,
      absolute: 12 * hour,
    })
  })
})

describe('idleDeadlineAt', () => {
  test('is one idle timeout in the future', () => {
    expect(idleDeadlineAt({ idleTimeout: hour, absoluteDeadline: now + 9e9 }, now)).toBe(now + 3_600_000)
  })

  test('is never after the absolute deadline', () => {
    expect(idleDeadlineAt({ idleTimeout: hour, absoluteDeadline: now + 5000 }, now)).toBe(now + 5000)
  })
})

describe('isTouchDue', () => {
  const far = now + 90 * 24 * 3_600_000

  test.each([
    ['a long idle timeout: not before 60 s', 14 * 24 * hour, 59_999, false],
    ['a long idle timeout: at 60 s', 14 * 24 * hour, 60_000, true],
    ['an idle timeout of 20 minutes: at 60 s', 1200, 60_000, true],
    ['an idle timeout of 10 minutes: not before a twentieth', 600, 29_999, false],
    ['an idle timeout of 10 minutes: at a twentieth', 600, 30_000, true],
    ['just after a write: no', hour, 0, false],
    ['a deadline that another node has moved further already: no', hour, -40, false],
  ])('%s', (_, idleTimeout, sinceLastWrite, due) => {
    const written = now - sinceLastWrite + idleTimeout * 1000

    expect(isTouchDue(session(idleTimeout, written, far), now)).toBe(due)
  })

  test('writes no more once the idle deadline has met the absolute one', () => {
    const end = now + 10_000

    expect(isTouchDue(session(hour, end, end), now)).toBe(false)
  })
})

describe('passedDeadline', () => {
  test.each([
    ['before both', 1, 2, null],
    ['at the idle deadline', 0, 2, 'idle'],
    ['after the idle deadline', -1, 2, 'idle'],
    ['at the absolute deadline', 1, 0, 'absolute'],
    ['after both: the absolute one counts', -1, -1, 'absolute'],
    ['where both meet: the absolute one counts', 0, 0, 'absolute'],
  ])('%s', (_, untilIdle, untilAbsolute, passed) => {
    const deadlines = { idleDeadline: now + untilIdle, absoluteDeadline: now + untilAbsolute }

    expect(passedDeadline(deadlines, now)).toBe(passed)
  })
})
