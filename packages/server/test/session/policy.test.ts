import { describe, expect, test } from 'vitest'
import { lifetimesFor, presets } from '../../src/session/policy.js'

const hour = 3600
const day = 24 * hour

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
