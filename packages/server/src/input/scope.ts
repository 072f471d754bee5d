import { invalidValue, type Origin } from './values.js'

/** RFC 6749 section 3.3: visible ASCII without `"` and `\`, and single spaces between the values. */
const scopeSyntax = /^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/

/** Whether a string is a valid scope. The empty one has no values. */
export function isScope(text: string): boolean {
  return text === '' || scopeSyntax.test(text)
}

/** @throws TypeError if the value is not a valid scope. */
export function checkScope(origin: Origin, value: unknown): asserts value is string {
  const fix = Array.isArray(value) ? ": write scope.join(' ')" : ''
  if (typeof value !== 'string') throw invalidValue(origin, 'scope', value, `a space-separated string${fix}`)
  if (isScope(value)) return
  throw new TypeError(
    `${origin} an invalid \`scope\`; it must be visible ASCII without " and \\, with single spaces between scopes (RFC 6749 section 3.3)`,
  )
}
