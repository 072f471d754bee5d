import { withoutUrlPasswords } from '../driver/driver-error.js'
import { StoreUnavailableError } from '../store.js'

/** Runs a call of the engine. @throws StoreUnavailableError if the database cannot answer; other errors as they are. */
export function withTranslatedErrors<T>(act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    const error = withoutUrlPasswords(thrown)
    if (!isStatementError(error)) throw unavailable(error)
    throw error
  }
}

/** Whether another process has locked the database. */
export function isBusy(error: unknown): boolean {
  return error instanceof StoreUnavailableError && resultCodeOf(error.cause) === busy
}

const busy = 5

/**
 * Primary result codes (sqlite.org/rescode.html) about the statement and not about the database: ERROR, TOOBIG,
 * CONSTRAINT, MISMATCH, MISUSE, RANGE. All others (BUSY, IOERR, FULL, READONLY, CORRUPT, ...) mean that it cannot answer.
 */
const statementErrors: ReadonlySet<number> = new Set([1, 18, 19, 20, 21, 25])

function isStatementError(error: unknown): boolean {
  const code = resultCodeOf(error)
  return code === undefined || statementErrors.has(code)
}

/** The low byte of an extended result code: node:sqlite calls it `errcode`, libsql `rawCode`. */
function resultCodeOf(error: unknown): number | undefined {
  const { errcode, rawCode } = (error ?? {}) as { errcode?: unknown; rawCode?: unknown }
  const code = errcode ?? rawCode
  return typeof code === 'number' ? code & 0xff : undefined
}

function unavailable(error: unknown): StoreUnavailableError {
  return new StoreUnavailableError(`SQLite is unavailable: ${(error as Error).message}`, { cause: error })
}
