import { AnswerError } from '../answer-error.js'

const maxCharacters = 128

/** Control, format (zero width, direction) and line-separator characters, which make two names look alike. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/**
 * The form of a user name that is unique within a tenant: NFKC, trimmed, lower case (independent of the locale).
 *
 * @throws AnswerError `invalid_request` if the name is empty, has over 128 characters, or contains invisible characters.
 */
export function usernameKey(username: string): string {
  const expected = findProblem(username)
  if (expected !== null) throw new AnswerError('invalid_request', `username: expected ${expected}`)
  return foldUsername(username)
}

/** Whether {@link usernameKey} accepts the name. */
export function isUsername(text: string): boolean {
  return findProblem(text) === null
}

/** {@link usernameKey} without validation, for keys of counters. */
export function foldUsername(username: string): string {
  // Normalised again, because lower-casing can denormalise a string (U+03AA U+0301).
  return username.normalize('NFKC').toLowerCase().normalize('NFKC').trim()
}

function findProblem(username: string): string | null {
  const characters = [...foldUsername(username)].length
  if (characters < 1 || characters > maxCharacters) return `1 to ${maxCharacters} characters`
  return invisible.test(username.trim()) ? 'no control or invisible characters' : null
}
