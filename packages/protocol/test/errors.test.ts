import { describe, expect, it } from 'vitest'
import { type ErrorCode, errors, isErrorCode, problem } from '../src/errors.js'

const codes = Object.keys(errors) as ErrorCode[]

describe('the error table', () => {
  it('ends a session only with 401, or 409 where another session took its place', () => {
    const terminal = codes.filter((code) => errors[code].verdict === 'terminal')

    expect(terminal.filter((code) => ![401, 409].includes(errors[code].status))).toEqual([])
    expect(terminal.filter((code) => errors[code].status === 409)).toEqual(['session_changed'])
  })

  it('has a client refresh for 401 alone, and retry for nothing that a person must mend', () => {
    for (const code of codes) {
      const { status, verdict } = errors[code]
      if (verdict === 'refresh') expect([code, status]).toEqual([code, 401])
      if (verdict === 'retry') expect([400, 409, 429, 503]).toContain(status)
    }
  })

  it('says each thing in one sentence', () => {
    for (const code of codes)
      expect([code, errors[code].title]).toEqual([code, expect.stringMatching(/^[A-Z][^.]+\.$/)])
  })
})

describe('a problem', () => {
  it('has the members of RFC 9457, and a detail only where there is one', () => {
    expect(problem('refresh_raced')).toEqual({
      type: 'urn:sessionward:error:refresh_raced',
      title: errors.refresh_raced.title,
      status: 409,
      code: 'refresh_raced',
      verdict: 'retry',
    })
    expect(problem('invalid_request', 'the body is not JSON').detail).toBe('the body is not JSON')
  })

  it('knows its codes, and not the names that every object has', () => {
    expect(isErrorCode('signed_out')).toBe(true)
    for (const other of ['toString', '__proto__', 'constructor', '', null, 5]) expect(isErrorCode(other)).toBe(false)
  })
})
