import { AnswerError } from '../answer-error.js'
import { isCommonPassword } from './common-passwords.js'
import { isTooLong, maxPasswordBytes } from './password-length.js'

const minCharacters = 8

/**
 * Refuses a new password that is easy to guess. There are no composition rules, because they make passwords worse (ASVS 5.0 6.2.5,
 * NIST SP 800-63B-4 section 3.1.1.2).
 *
 * @throws AnswerError `invalid_request` that says what was expected and never contains the password.
 */
export function checkNewPassword(password: string, usernameKey: string): void {
  if ([...password].length < minCharacters) refuse(`at least ${minCharacters} characters`)
  if (isTooLong(password)) refuse(`at most ${maxPasswordBytes} bytes`)
  if (isCommonPassword(password, usernameKey)) refuse('a password that is neither common nor the user name')
}

function refuse(expected: string): never {
  throw new AnswerError('invalid_request', `password: expected ${expected}`)
}
