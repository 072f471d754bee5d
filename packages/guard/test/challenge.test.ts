import { errors } from '@sessionward/protocol'
import { expect, test, vi } from 'vitest'
import { GuardError, invalidToken, unavailable } from '../src/challenge.js'

test('a request without credentials is challenged without an error code', () => {
  expect(new GuardError('access_token_missing').challenge).toBe('Bearer')
})

test.each(['access_token_expired', 'claims_changed', 'signed_out', 'session_revoked', 'refresh_token_reused'] as const)(
  '%s is invalid_token with a code of our own',
  (code) => {
    const error = new GuardError(code)
    expect(error.challenge).toBe(`Bearer error="invalid_token", code="${code}"`)
    expect(error).toMatchObject({ status: 401, verdict: errors[code].verdict })
  },
)

test('an invalid token is described', () => {
  expect(invalidToken('The typ is not accepted.').challenge).toBe(
    'Bearer error="invalid_token", code="access_token_invalid", error_description="The typ is not accepted."',
  )
})

test('a missing scope names the scope that is needed', () => {
  const error = new GuardError('insufficient_scope', { scope: ['orders', 'orders:write'] })
  expect(error.status).toBe(403)
  expect(error.challenge).toBe(
    'Bearer error="insufficient_scope", scope="orders orders:write", code="insufficient_scope"',
  )
})

test('two credentials are a malformed request', () => {
  const error = new GuardError('invalid_request')
  expect(error).toMatchObject({ status: 400, challenge: 'Bearer error="invalid_request", code="invalid_request"' })
})

test('an error of the guard itself has no challenge, but Retry-After', () => {
  const error = unavailable('The signing keys currently cannot be read.')
  expect(error).toMatchObject({ status: 503, verdict: 'retry', challenge: undefined })
  expect(error.headers()).toEqual({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'retry-after': '1',
  })
})

test('a description keeps to the characters of RFC 6750', () => {
  const { challenge } = invalidToken('a"b\\c\r\nd\u00e9')
  expect(challenge).toContain('error_description="a?b?c??d?"')
})

test('the answer is a problem of the one error table', () => {
  expect(invalidToken('The typ is not accepted.').problem()).toEqual({
    type: 'urn:sessionward:error:access_token_invalid',
    title: errors.access_token_invalid.title,
    status: 401,
    detail: 'The typ is not accepted.',
    code: 'access_token_invalid',
    verdict: 'refresh',
  })
})

test('an error of a second copy of the module, as bundlers make it, is a GuardError too, and no other error is', async () => {
  vi.resetModules()
  const copy = await import('../src/challenge.js')
  expect(copy.GuardError).not.toBe(GuardError)
  expect(new copy.GuardError('access_token_missing')).toBeInstanceOf(GuardError)
  expect(new Error('access_token_missing')).not.toBeInstanceOf(GuardError)
  expect({ name: 'GuardError' }).not.toBeInstanceOf(GuardError)
})
