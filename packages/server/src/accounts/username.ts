import { AnswerError } from '../answer-error.js'

const maximumCharacters = 128

/** Invisible characters let two names look alike: control, format (zero width, direction) and line separators. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/**
 * The form of a user name that is unique within a tenant: NFKC, trimmed, lower-cased by Unicode's own table and no locale's.
 *
 * @throws AnswerError `invalid_request` where it is no name: empty, over 128 characters, or with invisible characters.
 */
export function usernameKey(username: string): string {
  const expected = expectedInstead(username)
  if (expected !== null) throw new AnswerError('invalid_request', `username: expected ${expected}`)
  return foldUsername(username)
}

/** Whether {@link usernameKey} takes a text for a name. */
export function isUsername(text: string): boolean {
  return expectedInstead(text) === null
}

/** {@link usernameKey} without the rules, for keys of counters: any text has one. */
export function foldUsername(username: string): string {
  // Lower-casing can take a text out of NFKC (U+03AA U+0301), so it is normalised again.
  return username.normalize('NFKC').toLowerCase().normalize('NFKC').trim()
}

function expectedInstead(username: string): string | null {
  const characters = [...foldUsername(username)].length
  if (characters < 1 || characters > maximumCharacters) return `1 to ${maximumCharacters} characters`
  return invisible.test(username.trim()) ? 'no control or invisible characters' : null
}
