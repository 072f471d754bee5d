import { describe, expect, it, vi } from 'vitest'
import { createErrorLog, describeError, readLogger } from '../src/logger.js'
import { randomSecret } from './harness/secrets.js'

describe('an error on its way to the log', () => {
  const secret = randomSecret().replaceAll('/', '_')
  it.each([
    `connect ECONNREFUSED postgres://auth:${secret}@db.example.com:5432/auth`,
    `redis://:${secret}@cache/0 is unavailable`,
    `mysql://auth:pa@ss${secret}@db/auth`,
    `the header Authorization: Bearer ${secret} was refused`,
    `options { user: 'auth', password: '${secret}' }`,
    `{"client_secret":"${secret}"}`,
    `user=auth password=${secret} host=db`,
    `no row for ${secret}${secret}`,
  ])('loses the secret in it, and keeps its name: %#', (message) => {
    const said = describeError(new RangeError(message))

    expect(said).toMatch(/^RangeError: ./)
    for (let at = 0; at + 12 <= secret.length; at++) expect(said).not.toContain(secret.slice(at, at + 12))
  })

  it('stays readable where there is nothing to hide', () => {
    expect(describeError(new TypeError("Cannot read properties of undefined (reading 'id')"))).toBe(
      "TypeError: Cannot read properties of undefined (reading 'id')",
    )
    expect(describeError(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))).toBe(
      'AggregateError: ECONNREFUSED',
    )
    expect(describeError(secret)).toBe('a value that is not an Error was thrown')
    expect(describeError(new Error('x '.repeat(2000))).length).toBeLessThan(1100)
  })

  it('is said once a minute, however often it happens', () => {
    const logger = { warn: vi.fn(), error: vi.fn() }
    const clock = { now: 0 }
    const log = createErrorLog(logger, () => clock.now)

    for (const message of ['one', 'one', 'two', 'one']) log(message)
    clock.now = 60_000
    log('one')

    expect(logger.error.mock.calls.flat()).toEqual(['one', 'two', 'one'])
  })
})

describe('the option logger', () => {
  it('is console unless another is given', () => {
    expect(readLogger(undefined)).toBe(console)
  })

  it.each([null, {}, { warn() {} }, 'console'])('refuses %j', (logger) => {
    expect(() => readLogger(logger as never)).toThrow('logger must have the functions warn and error')
  })
})
