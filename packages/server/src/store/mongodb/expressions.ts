import type { Document } from './client.js'

/** Milliseconds since the epoch on the server's clock, at the moment at which it takes up the command. */
export const now: Document = { $toLong: '$$NOW' }

/** What a text means in an expression is itself, whatever it spells. */
export function literal(value: string): Document {
  return { $literal: value }
}

/** When an entry that is written now expires: as `expiryOf` has it, on the server's clock. */
export function expiry(keepFor: number): Document {
  return { $ceil: { $add: [{ $divide: [now, 1000] }, keepFor] } }
}

/**
 * A number where the condition holds. Elsewhere the statement fails, and nothing of it is done: that is how one of the many
 * statements in a command says that it lost, which the count of those that succeeded does not.
 */
export function onlyIf(condition: unknown, value: unknown): Document {
  return { $divide: [value, { $cond: [condition, 1, 0] }] }
}

/** Whether a statement failed for its {@link onlyIf}. MongoDB changed the code from one version to another, the text stays. */
export function isLost(message: string | undefined): boolean {
  return message?.includes('$divide by zero') ?? false
}
