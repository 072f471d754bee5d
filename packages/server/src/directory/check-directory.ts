import { registeredClaims, unknownOption } from '@sessionward/protocol'
import type { Count } from '../figures.js'
import { checkScope } from '../input/scope.js'
import { checkJsonObject, checkObject, checkSubject, checkVersion, invalidValue, isObject } from '../input/values.js'
import type { Authenticated, Directory, Profile } from './directory.js'
import { LegacyHashError } from './legacy-hash-error.js'

/**
 * Wraps the application's directory and validates what it returns. Database drivers often return numbers as strings, and guards
 * refuse tokens with such claims. After an invalid result the call rejects with a TypeError, the request is answered 503, and nobody
 * is signed out.
 *
 * @param count Counts `directory_answer_invalid`, and `legacy_refused` for an old hash whose kind failed.
 */
export function checkDirectory(directory: Directory, count: Count): Directory {
  /** Also accepts a directory that throws or returns synchronously. */
  async function callAndCheck<T>(call: () => T | Promise<T>, check: (answer: unknown) => void): Promise<T> {
    const answer = await countLegacyHashErrors(call)
    try {
      check(answer)
    } catch (error) {
      count('directory_answer_invalid')
      throw error
    }
    return answer
  }

  /** The directory of the application may use `userDirectory`, whose kinds of hashes are the application's too. */
  async function countLegacyHashErrors<T>(call: () => T | Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      if (error instanceof LegacyHashError) count('legacy_refused')
      throw error
    }
  }

  const { register, changePassword, canonicalUsername } = directory
  return {
    authenticate: async (given) =>
      (await callAndCheck(() => directory.authenticate(given), checkAuthenticated)) || null,
    profile: (given) => callAndCheck(() => directory.profile(given), checkProfile),
    ...(register && { register: (given) => callAndCheck(() => register.call(directory, given), checkRegistered) }),
    ...(changePassword && {
      changePassword: (given) => callAndCheck(() => changePassword.call(directory, given), checkPasswordChanged),
    }),
    ...(canonicalUsername && {
      canonicalUsername: (given) => checkCanonicalUsername(canonicalUsername.call(directory, given)),
    }),
  }
}

function checkCanonicalUsername(answer: unknown): string {
  if (typeof answer === 'string') return answer
  throw invalidValue('directory.canonicalUsername returned', '', answer, 'a string')
}

function checkAuthenticated(answer: unknown): void {
  const origin = 'directory.authenticate returned'
  // `user && { subject }` returns undefined or false if there is no user.
  if (answer === null || answer === undefined || answer === false) return
  checkObject(origin, '', answer, '{ subject } or null')
  const { subject, unchanged } = answer as { readonly [name in keyof Authenticated]: unknown }
  checkSubject(origin, subject)
  if (unchanged !== undefined && typeof unchanged !== 'function') {
    throw invalidValue(origin, 'unchanged', unchanged, 'a function')
  }
}

const profileMemberNames: Readonly<Record<keyof Profile, true>> = {
  scope: true,
  version: true,
  claims: true,
  user: true,
}

function checkProfile(answer: unknown): void {
  const origin = 'directory.profile returned'
  if (answer === null) return
  // Undefined is not accepted as null, which ends the session: a forgotten `return` would sign everybody out.
  checkObject(origin, '', answer, '{ user }, or null if the subject may no longer be signed in')
  const problem = unknownOption(answer as object, Object.keys(profileMemberNames), '')
  if (problem !== undefined) throw new TypeError(`${origin} an ${problem.replace('option', 'member')}`)
  const { scope, version, claims, user } = answer as { readonly [name in keyof Profile]: unknown }
  if (scope !== undefined) checkScope(origin, scope)
  if (version !== undefined) checkVersion(origin, version)
  if (claims !== undefined) checkClaims(origin, claims)
  checkJsonObject(origin, 'user', user)
}

/** @throws TypeError if JSON cannot represent the claims, or one has the name of a claim that only the auth server sets. */
export function checkClaims(origin: string, claims: unknown): void {
  checkJsonObject(origin, 'claims', claims)
  const name = Object.keys(claims as object).find((each) => registeredClaims.has(each))
  if (name === undefined) return
  throw new TypeError(
    `${origin} \`claims.${name}\`; only the auth server sets the claim "${name}": choose another name`,
  )
}

function checkRegistered(answer: unknown): void {
  const origin = 'directory.register returned'
  if (answer === 'taken') return
  if (!isObject(answer)) throw invalidValue(origin, '', answer, "{ subject } or 'taken'")
  checkSubject(origin, answer.subject)
}

function checkPasswordChanged(answer: unknown): void {
  if (answer === 'changed' || answer === 'wrong') return
  throw invalidValue('directory.changePassword returned', '', answer, "'changed' or 'wrong'")
}
