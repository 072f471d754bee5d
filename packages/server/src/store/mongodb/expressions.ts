import type { Document } from './client.js'

/** Milliseconds since the epoch on the server's clock, at the moment at which it takes up the command. */
export const now: Document = { $toLong: '$$NOW' }

/** A string in an expression, where one that begins with a dollar sign would be a field. */
export function literal(value: string): Document {
  return { $literal: value }
}

/** When an entry that is written now expires: as `expiryOf` has it, on the server's clock. */
export function expiry(retention: number): Document {
  return { $ceil: { $add: [{ $divide: [now, 1000] }, retention] } }
}

/**
 * A number if the condition holds. Otherwise the statement fails and changes nothing. A command of many statements answers how
 * many have succeeded, but not which; of those that failed it answers each.
 */
export function onlyIf(condition: unknown, value: unknown): Document {
  return { $divide: [value, { $cond: [condition, 1, 0] }] }
}

/** Whether a statement failed for its {@link onlyIf}. The code of the error differs from version to version, the message does not. */
export function isLost(message: string | undefined): boolean {
  return message?.includes('$divide by zero') ?? false
}
