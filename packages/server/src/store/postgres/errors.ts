import { StoreUnavailableError } from '../store.js'

/**
 * Classes of SQLSTATE (PostgreSQL, appendix A) that speak of our statement and not of the database: not supported,
 * cardinality, data, constraint, access rule or syntax, program limit. All others (connection, resources, operator
 * intervention, read-only transaction, system error, ...) mean that it cannot answer.
 */
const faultsOfOurs: ReadonlySet<string> = new Set(['0A', '21', '22', '23', '42', '54'])

/** Serialization failure and deadlock: the same again may succeed at once. */
const fleeting: ReadonlySet<string> = new Set(['40001', '40P01'])

/** What a session-bound statement meets behind a pooler that moves us from server connection to server connection. */
const lostStatement: ReadonlySet<string> = new Set(['26000', '42P05'])

/** What people meet on their first day. */
const words: ReadonlyMap<string, string> = new Map([
  ['28P01', 'the user name or the password is wrong'],
  ['28000', 'pg_hba.conf does not admit this user'],
  ['3D000', 'the database does not exist'],
  ['42501', 'the user has no permission to create or use the tables of the store'],
])

/** What a verb rejects with. Messages name no host, no user and no value; the cause is for the operator's log. */
export function failureOf(error: unknown): Error {
  if (error instanceof StoreUnavailableError) return error
  const code = codeOf(error) ?? ''
  const why = [code, words.get(code)].filter(Boolean).join(', ')
  if (isFaultOfOurs(error)) {
    return words.has(code) ? new Error(`PostgreSQL refused the statement: ${why}`, { cause: error }) : (error as Error)
  }
  return new StoreUnavailableError(`PostgreSQL is unavailable${why && `: ${why}`}`, { cause: error })
}

export function isFleeting(error: unknown): boolean {
  return fleeting.has(codeOf(error) ?? '')
}

/** Whether a named statement is not there, or there already. It did not run. */
export function isLostStatement(error: unknown): boolean {
  return lostStatement.has(codeOf(error) ?? '')
}

function isFaultOfOurs(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true
  const code = codeOf(error)
  return code?.length === 5 && faultsOfOurs.has(code.slice(0, 2))
}

/** SQLSTATE, or what Node calls a broken connection, such as ECONNREFUSED. */
function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : undefined
}
