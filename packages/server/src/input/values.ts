/**
 * The source of a value, with which an error message begins: "directory.profile returned" or "auth.sessions.start was given". Values
 * from the application are checked where they enter. The message names the value and its type, and never contains the value, which
 * may be a secret.
 */
export type Origin = string

/** Maximum length of a subject or tenant in characters, as OpenID Connect Core section 2 defines it for `sub`. */
const maxNameLength = 255

/** @returns the error to throw. @param member Empty if the value as a whole is invalid. */
export function invalidValue(origin: Origin, member: string, value: unknown, expected: string): TypeError {
  const found = member === '' ? typeOf(value) : `\`${member}\` as ${typeOf(value)}`
  return new TypeError(`${origin} ${found}; it must be ${expected}`)
}

/** The type of a value, for a message. */
export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Date) return 'a Date'
  if (value === '') return 'an empty string'
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** @throws TypeError if the value is not a valid subject. */
export function checkSubject(origin: Origin, value: unknown, member = 'subject'): asserts value is string {
  const fix = value === null || value === '' ? '' : ': write String(id)'
  if (typeof value !== 'string' || value === '') throw invalidValue(origin, member, value, `a non-empty string${fix}`)
  checkName(origin, member, value)
}

/** @throws TypeError if the value is not a valid tenant. An empty string means that there is only one. */
export function checkTenant(origin: Origin, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw invalidValue(origin, 'tenant', value, 'a string')
  checkName(origin, 'tenant', value)
}

function checkName(origin: Origin, member: string, value: string): void {
  if (value.length > maxNameLength) {
    throw new TypeError(
      `${origin} \`${member}\` as a string of ${value.length} characters; it must have at most ${maxNameLength}`,
    )
  }
  if (/\p{Surrogate}/u.test(value)) {
    throw new TypeError(
      `${origin} \`${member}\` as a string with half a surrogate pair; it must be well-formed Unicode`,
    )
  }
}

/** @throws TypeError if the value is not a profile version. */
export function checkVersion(origin: Origin, value: unknown, member = 'version'): asserts value is number {
  if (Number.isSafeInteger(value)) return
  const fix = typeof value === 'string' || typeof value === 'bigint' ? `: write Number(${member})` : ''
  const whole = typeof value === 'number' ? 'a whole number up to 2^53' : `a whole number${fix}`
  throw invalidValue(origin, member, value, whole)
}

/** @throws TypeError if the value is not a string. Empty strings are accepted: a person may have typed one. */
export function checkString(origin: Origin, member: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw invalidValue(origin, member, value, 'a string')
}

/** @throws TypeError if the value is neither undefined nor a string. */
export function checkOptionalString(origin: Origin, member: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') throw invalidValue(origin, member, value, 'a string')
}

/** @throws TypeError if the value is neither undefined nor a boolean. */
export function checkOptionalBoolean(origin: Origin, member: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw invalidValue(origin, member, value, 'true or false')
}

/** @throws TypeError if the value is not an object. Arrays are refused. */
export function checkObject(origin: Origin, member: string, value: unknown, expected = 'an object'): void {
  if (!isObject(value)) throw invalidValue(origin, member, value, expected)
}

/**
 * Refuses an object that JSON cannot represent, or would silently change. `toJSON` is respected, as of a Date, and undefined members
 * are omitted, as in every answer.
 *
 * @throws TypeError that names the member.
 */
export function checkJsonObject(origin: Origin, member: string, value: unknown): void {
  checkObject(origin, member, value)
  checkJson(origin, member, value, [])
}

const maxDepth = 32

function checkJson(origin: Origin, path: string, given: unknown, above: readonly unknown[]): void {
  const value = hasToJson(given) ? given.toJSON() : given
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'number' && Number.isFinite(value)) return
  const fix = typeof value === 'bigint' ? ': write String(value)' : ''
  if (typeof value !== 'object') throw invalidValue(origin, path, value, `a value that JSON can represent${fix}`)
  if (value instanceof Map || value instanceof Set)
    throw invalidValue(origin, path, value, 'a plain object or an array')
  if (above.includes(value))
    throw new TypeError(`${origin} \`${path}\`, which contains itself; JSON cannot represent that`)
  if (above.length >= maxDepth) {
    throw new TypeError(`${origin} \`${path}\` nested deeper than ${maxDepth} levels; it must be flatter`)
  }
  const ancestors = [...above, value]
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkJson(origin, `${path}[${index}]`, item, ancestors)
    return
  }
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) checkJson(origin, `${path}.${name}`, item, ancestors)
  }
}

function hasToJson(value: unknown): value is { toJSON(): unknown } {
  return typeof value === 'object' && value !== null && typeof (value as { toJSON?: unknown }).toJSON === 'function'
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
