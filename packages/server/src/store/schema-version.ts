import type { Store } from './store.js'

/** The error of a database whose tables are not to be made by the store, and are missing. */
export function schemaBehind(what: string, pending: readonly unknown[]): Error {
  const migrations = pending.length === 1 ? '1 migration' : `${pending.length} migrations`
  return new Error(`the schema of ${what} is ${migrations} behind: run \`sessionward migrate\``)
}

/**
 * A node works on tables of its own version and of the next one, which only adds to them.
 *
 * @throws Error where the tables are newer than that.
 */
export function checkVersion(what: string, found: number, known: number): void {
  if (found <= known + 1) return
  throw new Error(
    `${what} has schema version ${found}, but this version of the library supports at most ${known + 1}: upgrade the library`,
  )
}

/** @throws Error where tables are missing and the store's options say `migrate: 'manual'`. */
export async function requireSchema({ schema }: Store): Promise<void> {
  const pending = await schema?.pending()
  if (!pending?.length) return
  throw schemaBehind('the database', pending)
}
