/** Checks that several options share. Each function throws a TypeError that names the option. */

export function oneOf<const T>(option: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value
  throw new TypeError(`${option} must be one of ${allowed.filter((one) => one !== undefined).join(', ')}`)
}

export function listOf<T>(option: string, list: readonly T[] = []): readonly T[] {
  if (!Array.isArray(list)) throw new TypeError(`${option} must be a list`)
  return list
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

const cookieSafePattern = /^[A-Za-z0-9_-]{1,32}$/

/** A value that may be part of a cookie name, such as a client id. @throws TypeError that names the option. */
export function cookieSafe(option: string, value: string): string {
  if (typeof value !== 'string' || !cookieSafePattern.test(value))
    throw new TypeError(`${option} must be 1 to 32 letters, digits, "-" or "_": it becomes part of a cookie name`)
  return value
}
