import { withoutUrlPasswords } from '../driver/driver-error.js'
import { StoreUnavailableError } from '../store.js'

/**
 * Classes of SQLSTATE (PostgreSQL, appendix A) about the statement and not about the database: not supported,
 * cardinality, data, constraint, access rule or syntax, program limit. All others (connection, resources, operator
 * intervention, read-only transaction, system error, ...) mean that it cannot answer.
 */
const statementErrors: ReadonlySet<string> = new Set(['0A', '21', '22', '23', '42', '54'])

/** Serialization failure and deadlock: the same statement may succeed at once. */
const transient: ReadonlySet<string> = new Set(['40001', '40P01'])

/** Errors of a prepared statement behind a pooler that changes the server connection. */
const lostStatement: ReadonlySet<string> = new Set(['26000', '42P05'])

/** Explanations of the errors of a first start. */
const explanations: ReadonlyMap<string, string> = new Map([
  ['28P01', 'the user name or the password is wrong'],
  ['28000', 'pg_hba.conf does not admit this user'],
  ['3D000', 'the database does not exist'],
  ['42501', 'the user has no permission to create or use the tables of the store'],
])

/** The error that the caller sees. Its message contains no host, user or value; the cause is for the operator's log. */
export function failureOf(thrown: unknown): Error {
  if (thrown instanceof StoreUnavailableError) return thrown
  const error = withoutUrlPasswords(thrown)
  const code = codeOf(error) ?? ''
  const why = [code, explanations.get(code)].filter(Boolean).join(', ')
  if (isStatementError(error)) {
    return explanations.has(code)
      ? new Error(`PostgreSQL refused the statement: ${why}`, { cause: error })
      : (error as Error)
  }
  return new StoreUnavailableError(`PostgreSQL is unavailable${why && `: ${why}`}`, { cause: error })
}

export function isTransient(error: unknown): boolean {
  return transient.has(codeOf(error) ?? '')
}

/** Whether a prepared statement is missing, or exists already. It did not run. */
export function isLostStatement(error: unknown): boolean {
  return lostStatement.has(codeOf(error) ?? '')
}

function isStatementError(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true
  const code = codeOf(error)
  return code?.length === 5 && statementErrors.has(code.slice(0, 2))
}

/** SQLSTATE, or what Node calls a broken connection, such as ECONNREFUSED. */
function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : undefined
}
