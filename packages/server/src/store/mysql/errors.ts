import { withoutUrlPasswords } from '../driver/driver-error.js'
import { StoreUnavailableError } from '../store.js'

/**
 * The statement lost against another and did nothing: ER_LOCK_DEADLOCK (Galera answers it too, when another node was first),
 * ER_LOCK_WAIT_TIMEOUT, ER_CHECKREAD of MariaDB, ER_NEED_REPREPARE.
 */
const conflicts: ReadonlySet<number> = new Set([1213, 1205, 1020, 1615])

/**
 * The server accepts no writes any more (ER_OPTION_PREVENTS_STATEMENT, a read-only transaction, ER_READ_ONLY_MODE), or does not
 * know the prepared statement (ER_UNKNOWN_STMT_HANDLER, behind a proxy). A new connection may lead to another server.
 */
const wrongServer: ReadonlySet<number> = new Set([1290, 1792, 1836, 1243])

/**
 * Errors about the state of the server and not about the statement (dev.mysql.com/doc/mysql-errors,
 * mariadb.com/kb/en/mariadb-error-codes).
 */
const unavailableNumbers: ReadonlySet<number> = new Set([
  // Out of space, memory, threads, connections or statements; the storage engine fails.
  ...[1021, 1026, 1030, 1034, 1037, 1038, 1040, 1041, 1114, 1135, 1180, 1203, 1226, 1461, 1637],
  // It refuses the connection: wrong host, user, password or database, an account that is locked or whose password has expired.
  ...[1044, 1045, 1049, 1129, 1130, 1698, 1820, 1862, 3118, 3955],
  // It shuts down, or ends connections and statements.
  ...[1053, 1077, 1079, 1080, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 1969, 3024, 3169, 4031],
  // A node of a cluster without its group: Galera, group replication.
  ...[1047, 3100, 3101, 3168, 3796],
])

export function isConflict(error: unknown): boolean {
  return conflicts.has(numberOf(error))
}

/** Whether the connection that led to this error must not be used again. */
export function needsNewConnection(error: unknown): boolean {
  return error instanceof StoreUnavailableError || wrongServer.has(numberOf(error))
}

export function isDuplicate(error: unknown): boolean {
  return numberOf(error) === 1062
}

export function isMissingTable(error: unknown): boolean {
  return numberOf(error) === 1146
}

/** Whether an interrupted migration has run the statement already: the table, the column or the index exists. */
export function isAlreadyApplied(error: unknown): boolean {
  return [1050, 1060, 1061, 1091].includes(numberOf(error))
}

/** The error that the caller sees. An error about the statement itself stays as it is. */
export function failureOf(error: unknown): unknown {
  return isStatementError(error) ? withoutUrlPasswords(error) : unavailable(error)
}

/** Without the driver's message, which may contain a user, a host or data. */
export function unavailable(error: unknown): StoreUnavailableError {
  const { code } = error as { readonly code?: unknown }
  const reason = typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : 'no connection'
  return new StoreUnavailableError(`MySQL is unavailable: ${reason}`, { cause: withoutUrlPasswords(error) })
}

function isStatementError(error: unknown): boolean {
  const number = numberOf(error)
  if (number !== 0) return !(conflicts.has(number) || wrongServer.has(number) || unavailableNumbers.has(number))
  // An error of the connection is fatal, or has a code of the system or of mysql2. The codes of Node's own begin with ERR_.
  const { code, fatal } = (error ?? {}) as { readonly code?: unknown; readonly fatal?: unknown }
  return fatal !== true && (typeof code !== 'string' || code.startsWith('ERR_'))
}

/** Of an error that the server answered; 0 for others, which Node numbers below zero. */
function numberOf(error: unknown): number {
  const { errno } = (error ?? {}) as { readonly errno?: unknown }
  return typeof errno === 'number' && errno >= 1000 ? errno : 0
}
