import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createErrorLog, describeError, readLogger } from '../src/logger.js'
import { randomSecret } from './harness/secrets.js'

describe('an error on its way to the log', () => {
  const secret = randomSecret()
  // Too short to be recognised by its length: only by the text before it.
  const password = secret.slice(0, 40)
  it.each([
    `connect ECONNREFUSED postgres://auth:${password}@db.example.com:5432/auth`,
    `redis://:${password}@cache/0 is unavailable`,
    `mysql://auth:pa@ss${password}@db/auth`,
    `mongodb+srv://auth:${password}@one.example.com,two.example.com/auth`,
    `libsql://auth:${password}@db.example.com?authToken=${password}`,
    `the header Authorization: Bearer ${password} was refused`,
    `options { user: 'auth', password: '${password}' }`,
    `{"client_secret":"${password}"}`,
    `user=auth password=${password} host=db`,
    `no row for ${secret.replaceAll('/', '_')}`,
    `no row for Zm9v/${secret}`,
    `postgres://auth:pa'ss${password}@db/auth`,
    `postgres://auth:pa ss${password}@db/auth`,
    `login failed: password: correct horse ${password}`,
    `{"password":"a\\"b ${password}"}`,
    `{\\"password\\":\\"a ${password}\\"}`,
    `password='it''s ${password}'`,
    `{"password":"never closed\n${password}`,
    `password="${'x '.repeat(970)}" postgres://u:${password}@db`,
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

  it('stays one line, and cannot move the cursor of a terminal', () => {
    const error = new Error('no user mallory\r\n[warn] admin signed in\u2028\u2029\u001b[2J\u009b2J')
    error.name = 'Bad\nName'

    expect(describeError(error)).toBe('Bad Name: no user mallory  [warn] admin signed in   [2J 2J')
  })

  it('loses a secret in its name, and a name that ends like a secret hides no message', () => {
    expect(describeError(Object.assign(new Error('x'), { name: `Bearer ${secret}` }))).toBe('Bearer ***: x')
    expect(describeError(Object.assign(new Error('no such row'), { name: 'InvalidToken' }))).toBe(
      'InvalidToken: no such row',
    )
  })

  it('is searched only as far as a log line can use it', () => {
    const replace = vi.spyOn(String.prototype, 'replace')
    onTestFinished(() => replace.mockRestore())

    const said = describeError(new Error('://'.repeat(21_000)))

    expect(said).toBe('Error: ...')
    expect(Math.max(...replace.mock.contexts.map((text) => String(text).length))).toBeLessThanOrEqual(2003)
  })

  it('keeps a long path of a file', () => {
    const path = `/usr/local/lib/${'application/'.repeat(6)}main.js:3`
    expect(describeError(new Error(`cannot open ${path}`))).toBe(`Error: cannot open ${path}`)
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
