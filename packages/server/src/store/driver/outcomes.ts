import { StoreUnavailableError } from '../store.js'

/** What `sessions.create` resolves to. @param created Whether the database has written a row. @throws Error if the id exists already. */
export function creationOutcome(created: boolean, ordinal: number | undefined): 'created' | 'taken' {
  if (created) return 'created'
  if (ordinal !== undefined) return 'taken'
  throw new Error('a session with this id already exists')
}

/** The error of `accounts.create` if another account has the subject. */
export function subjectExists(): Error {
  return new Error('an account with this subject already exists')
}

/** The error of `accounts.update` after `notAfter`. @param database As the message names it, such as `PostgreSQL`. */
export function deadlinePassed(database: string): StoreUnavailableError {
  return new StoreUnavailableError(`${database} received the change after its deadline and made no change`)
}
