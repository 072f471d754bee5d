import { expect, test } from 'vitest'
import { readBearerToken } from '../src/credentials.js'

function codeOf(value: string | null | undefined): string {
  try {
    return readBearerToken({ get: () => value }) ?? 'access_token_missing'
  } catch (error) {
    return (error as { code: string }).code
  }
}

test.each([
  ['Bearer abc', 'abc'],
  ['bearer abc', 'abc'],
  ['BEARER   abc', 'abc'],
  ['  Bearer abc  ', 'abc'],
  ['Bearer a b', 'a b'],
])('of %j the token is %j', (value, token) => {
  expect(codeOf(value)).toBe(token)
})

test.each([
  [undefined, 'access_token_missing'],
  [null, 'access_token_missing'],
  ['', 'access_token_missing'],
  ['Bearer', 'access_token_missing'],
  ['Bearer ', 'access_token_missing'],
  ['Basic dXNlcjpwYXNz', 'access_token_missing'],
  ['Bearerabc', 'access_token_missing'],
  ['Digest username="a", realm="b"', 'access_token_missing'],
  ['abc', 'access_token_missing'],
  ['DPoP abc', 'access_token_invalid'],
  ['dpop abc', 'access_token_invalid'],
  ['Bearer abc, Bearer abc', 'invalid_request'],
  ['Bearer abc,Bearer def', 'invalid_request'],
  ['Basic dXNlcjpwYXNz, Bearer abc', 'invalid_request'],
  ['Bearer abc, Basic dXNlcjpwYXNz', 'invalid_request'],
])('%j is refused: %s', (value, code) => {
  expect(codeOf(value)).toBe(code)
})

test('two Authorization headers of a web-standard request are refused', () => {
  const headers = new Headers([
    ['authorization', 'Bearer abc'],
    ['authorization', 'Bearer def'],
  ])
  expect(() => readBearerToken(headers)).toThrow('Exactly one')
})
