import { type Device, deviceClasses, sessionEndReasons, unknownOption } from '@sessionward/protocol'
import type { SignIn } from '../accounts/sign-in.js'
import { checkClaims } from '../directory/check-directory.js'
import { checkScope } from '../input/scope.js'
import {
  checkObject,
  checkOptionalBoolean,
  checkOptionalString,
  checkString,
  checkSubject,
  checkTenant,
  checkVersion,
  invalidValue,
  type Origin,
  typeOf,
} from '../input/values.js'
import type { NewSession } from '../session/new-session.js'
import type { Presentation } from '../session-service/presentation.js'
import type { Owner } from '../store/store.js'

/** Checks the input of typed calls. Each function throws a TypeError that names the invalid member. */

/** Checks every member, because a session may be stored for months. */
export function checkNewSession(
  input: unknown,
  origin: Origin = 'auth.sessions.start was given',
): asserts input is NewSession {
  const given = checkMembers<NewSession>(origin, input, newSessionMembers)
  checkSubject(origin, given.subject)
  if (given.tenant !== undefined) checkTenant(origin, given.tenant)
  checkOptionalString(origin, 'clientId', given.clientId)
  checkStartOptions(origin, given)
  if (given.scope !== undefined) checkScope(origin, given.scope)
  if (given.claims !== undefined) checkClaims(origin, given.claims)
  if (given.amr !== undefined) checkAmr(origin, given.amr)
  checkOptionalString(origin, 'acr', given.acr)
  if (given.authTime !== undefined) checkAuthTime(origin, given.authTime)
}

export function checkSignIn(input: unknown): asserts input is SignIn {
  const origin = 'auth.sessions.signIn was given'
  const given = checkMembers<SignIn>(origin, input, signInMembers)
  checkString(origin, 'username', given.username)
  checkString(origin, 'password', given.password)
  if (given.tenant !== undefined) checkTenant(origin, given.tenant)
  checkStartOptions(origin, given)
}

export function checkPresentation(input: unknown): asserts input is Presentation {
  const origin = 'auth.sessions.refresh was given'
  const given = checkMembers<Presentation>(origin, input, presentationMembers)
  checkString(origin, 'token', given.token)
  if (given.transport === undefined) throw invalidValue(origin, 'transport', undefined, transports)
  checkTransport(origin, given.transport)
  checkOptionalBoolean(origin, 'rotate', given.rotate)
  checkOptionalString(origin, 'clientId', given.clientId)
  checkOptionalString(origin, 'sid', given.sid)
}

export function checkEnd(sid: unknown, reason: unknown): void {
  checkString('auth.sessions.end was given', 'sid', sid)
  checkReason('auth.sessions.end was given', reason)
}

export function checkEndAll(owner: unknown, reason: unknown, options: unknown): Owner {
  const origin = 'auth.sessions.endAll was given'
  const whose = checkOwner('auth.sessions.endAll', owner)
  checkReason(origin, reason)
  const { except } = checkMembers<{ except?: string }>(origin, options, { except: true }, '{ except }')
  checkOptionalString(origin, 'except', except)
  return whose
}

export function checkProfileChange(owner: unknown, version: unknown): Owner {
  const whose = checkOwner('auth.profiles.changed', owner)
  checkVersion('auth.profiles.changed was given', version)
  return whose
}

export function checkRotate(options: unknown): void {
  const origin = 'auth.keys.rotate was given'
  const { force } = checkMembers<{ force?: boolean }>(origin, options ?? {}, { force: true })
  checkOptionalBoolean(origin, 'force', force)
}

/** @returns a new object with only the owner's members. */
export function checkOwner(call: string, owner: unknown): Owner {
  const origin = `${call} was given`
  const { subject, tenant = '' } = checkMembers<Owner>(origin, owner, { subject: true, tenant: true }, '{ subject }')
  checkSubject(origin, subject)
  checkTenant(origin, tenant)
  return { subject, tenant }
}

/** Refuses a value that is not an object, or has unknown members. */
export function checkMembers<T extends object>(
  origin: Origin,
  input: unknown,
  known: Readonly<Record<keyof T, true>>,
  expected = 'an object',
): { readonly [name in keyof T]?: unknown } {
  checkObject(origin, '', input, expected)
  const problem = unknownOption(input as object, Object.keys(known))
  if (problem !== undefined) throw new TypeError(`${origin} an ${problem}`)
  return input as { readonly [name in keyof T]?: unknown }
}

const newSessionMembers: Readonly<Record<keyof NewSession, true>> = {
  subject: true,
  tenant: true,
  clientId: true,
  transport: true,
  remember: true,
  scope: true,
  claims: true,
  amr: true,
  acr: true,
  authTime: true,
  device: true,
  address: true,
  userAgent: true,
}

const signInMembers: Readonly<Record<keyof SignIn, true>> = {
  username: true,
  password: true,
  tenant: true,
  transport: true,
  remember: true,
  device: true,
  address: true,
  userAgent: true,
}

const presentationMembers: Readonly<Record<keyof Presentation, true>> = {
  token: true,
  transport: true,
  rotate: true,
  clientId: true,
  sid: true,
  evidence: true,
}

const deviceMembers: Readonly<Record<keyof Device, true>> = { id: true, name: true, class: true }
const transports = "'cookie' or 'body'"

/** Checks the members that `start` and `signIn` share. */
function checkStartOptions(
  origin: Origin,
  given: { readonly [name in 'transport' | 'remember' | 'device' | 'address' | 'userAgent']?: unknown },
): void {
  if (given.transport !== undefined) checkTransport(origin, given.transport)
  checkOptionalBoolean(origin, 'remember', given.remember)
  if (given.device !== undefined) checkDevice(origin, given.device)
  checkOptionalString(origin, 'address', given.address)
  checkOptionalString(origin, 'userAgent', given.userAgent)
}

function checkTransport(origin: Origin, value: unknown): void {
  if (value !== 'cookie' && value !== 'body') throw invalidValue(origin, 'transport', value, transports)
}

function checkDevice(origin: Origin, value: unknown): void {
  checkObject(origin, 'device', value, 'an object with id, name and class')
  const problem = unknownOption(value as object, Object.keys(deviceMembers), 'device')
  if (problem !== undefined) throw new TypeError(`${origin} an ${problem}`)
  const device = value as { readonly [name in keyof Device]?: unknown }
  checkOptionalString(origin, 'device.id', device.id)
  checkOptionalString(origin, 'device.name', device.name)
  if (device.class !== undefined && !(deviceClasses as readonly unknown[]).includes(device.class)) {
    throw invalidValue(origin, 'device.class', device.class, `one of ${deviceClasses.join(', ')}`)
  }
}

function checkAmr(origin: Origin, value: unknown): void {
  if (Array.isArray(value) && value.every((method) => typeof method === 'string')) return
  const fix = typeof value === 'string' ? ": write ['pwd']" : ''
  throw invalidValue(origin, 'amr', value, `an array of strings (RFC 8176)${fix}`)
}

/** A smaller number is a date before 1973 in milliseconds, so it is probably in seconds. */
const minMilliseconds = 1e11
const milliseconds = 'whole milliseconds since the epoch, such as Date.now()'

function checkAuthTime(origin: Origin, value: unknown): void {
  if (value instanceof Date) throw invalidValue(origin, 'authTime', value, `${milliseconds}: write date.getTime()`)
  checkMilliseconds(origin, 'authTime', value)
}

/** @throws TypeError if the value is not a time in milliseconds. */
export function checkMilliseconds(origin: Origin, member: string, value: unknown): void {
  if (!Number.isSafeInteger(value)) throw invalidValue(origin, member, value, milliseconds)
  if ((value as number) < minMilliseconds) {
    throw new TypeError(`${origin} \`${member}\`, apparently in seconds; it must be ${milliseconds}`)
  }
}

function checkReason(origin: Origin, reason: unknown): void {
  if ((sessionEndReasons as readonly unknown[]).includes(reason)) return
  const found = typeof reason === 'string' ? 'an unknown `reason`' : `\`reason\` as ${typeOf(reason)}`
  throw new TypeError(`${origin} ${found}; it must be one of ${sessionEndReasons.join(', ')}`)
}
