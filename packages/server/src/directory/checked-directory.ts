import { registeredClaims, unknownOption } from '@sessionward/protocol'
import {
  checkJsonObject,
  checkObject,
  checkScope,
  checkSubject,
  checkVersion,
  isObject,
  mustBe,
} from '../input/values.js'
import type { Authenticated, Directory, Profile } from './directory.js'

/**
 * The application's own directory, whose answers are checked before anything is made of them: what a driver hands over for a
 * number is often a string, and a token that says so is refused by every guard. Where an answer is wrong the call rejects
 * with a TypeError, a request is answered 503, and nobody is signed out for it.
 *
 * @param count Counts `directory_answer_invalid`.
 */
export function checkDirectory(directory: Directory, count: (figure: string) => void): Directory {
  /** A directory that throws, or answers without a promise, is as one that rejects or resolves. */
  async function checked<T>(call: () => T | Promise<T>, check: (answer: unknown) => void): Promise<T> {
    const answer = await call()
    try {
      check(answer)
    } catch (error) {
      count('directory_answer_invalid')
      throw error
    }
    return answer
  }

  const { register, changePassword, canonicalUsername } = directory
  return {
    authenticate: async (given) => (await checked(() => directory.authenticate(given), checkAuthenticated)) || null,
    profile: (given) => checked(() => directory.profile(given), checkProfile),
    ...(register && { register: (given) => checked(() => register.call(directory, given), checkRegistered) }),
    ...(changePassword && {
      changePassword: (given) => checked(() => changePassword.call(directory, given), checkPasswordChanged),
    }),
    ...(canonicalUsername && {
      canonicalUsername: (given) => checkCanonicalUsername(canonicalUsername.call(directory, given)),
    }),
  }
}

function checkCanonicalUsername(answer: unknown): string {
  if (typeof answer === 'string') return answer
  throw mustBe('directory.canonicalUsername returned', '', answer, 'a string')
}

function checkAuthenticated(answer: unknown): void {
  const origin = 'directory.authenticate returned'
  // `undefined` and `false` are what `user && { subject }` says where nobody fits: nobody is signed in by them.
  if (answer === null || answer === undefined || answer === false) return
  checkObject(origin, '', answer, '{ subject } or null')
  const { subject, unchanged } = answer as { readonly [name in keyof Authenticated]: unknown }
  checkSubject(origin, subject)
  if (unchanged !== undefined && typeof unchanged !== 'function') {
    throw mustBe(origin, 'unchanged', unchanged, 'a function')
  }
}

const profileMembers: Readonly<Record<keyof Profile, true>> = { scope: true, version: true, claims: true, user: true }

function checkProfile(answer: unknown): void {
  const origin = 'directory.profile returned'
  if (answer === null) return
  // Not even undefined counts as null, which ends the session: a forgotten `return` would sign everybody out.
  checkObject(origin, '', answer, '{ user }, or null if the subject may no longer be signed in')
  const problem = unknownOption(answer as object, Object.keys(profileMembers), '')
  if (problem !== undefined) throw new TypeError(`${origin} an ${problem.replace('option', 'member')}`)
  const { scope, version, claims, user } = answer as { readonly [name in keyof Profile]: unknown }
  if (scope !== undefined) checkScope(origin, scope)
  if (version !== undefined) checkVersion(origin, version)
  if (claims !== undefined) checkClaims(origin, claims)
  checkJsonObject(origin, 'user', user)
}

/** @throws TypeError where JSON cannot hold the claims, or one has the name of a claim that only the auth server sets. */
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
  if (!isObject(answer)) throw mustBe(origin, '', answer, "{ subject } or 'taken'")
  checkSubject(origin, answer.subject)
}

function checkPasswordChanged(answer: unknown): void {
  if (answer === 'changed' || answer === 'wrong') return
  throw mustBe('directory.changePassword returned', '', answer, "'changed' or 'wrong'")
}
