import { withoutUrlPasswords } from '../driver/driver-error.js'
import { StoreUnavailableError } from '../store.js'

/**
 * Two wrote the same at once and one was sent back, with nothing done: ER_LOCK_DEADLOCK (also what Galera answers when
 * another node was first), ER_LOCK_WAIT_TIMEOUT, ER_CHECKREAD of MariaDB, ER_NEED_REPREPARE.
 */
const conflicts: ReadonlySet<number> = new Set([1213, 1205, 1020, 1615])

/**
 * The connection leads to a server that does not take writes any more (ER_OPTION_PREVENTS_STATEMENT, the read-only
 * transaction, ER_READ_ONLY_MODE), or to one that does not know our statements (ER_UNKNOWN_STMT_HANDLER behind a proxy):
 * a new connection may lead to another.
 */
const dead: ReadonlySet<number> = new Set([1290, 1792, 1836, 1243])

/**
 * Server errors (dev.mysql.com/doc/mysql-errors, mariadb.com/kb/en/mariadb-error-codes) that speak of the server's state and
 * not of our statement.
 */
const unavailableNumbers: ReadonlySet<number> = new Set([
  // Out of space, memory, threads, connections or statements; the storage engine fails.
  ...[1021, 1026, 1030, 1034, 1037, 1038, 1040, 1041, 1114, 1135, 1180, 1203, 1226, 1461, 1637],
  // It refuses the connection: wrong host, user, password or database, an account that is locked or whose password has expired.
  ...[1044, 1045, 1049, 1129, 1130, 1698, 1820, 1862, 3118, 3955],
  // It goes down, or ends connections and statements.
  ...[1053, 1077, 1079, 1080, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 1969, 3024, 3169, 4031],
  // A node of a cluster without its group: Galera, group replication.
  ...[1047, 3100, 3101, 3168, 3796],
])

/** The error with which a read-only server refuses a write. */
export function takesNoWrites(): Error {
  return Object.assign(new Error('the server is read-only'), { errno: 1290, code: 'ER_OPTION_PREVENTS_STATEMENT' })
}

export function isConflict(error: unknown): boolean {
  return conflicts.has(numberOf(error))
}

export function isOfDeadConnection(error: unknown): boolean {
  return dead.has(numberOf(error))
}

export function isDuplicate(error: unknown): boolean {
  return numberOf(error) === 1062
}

export function isMissingTable(error: unknown): boolean {
  return numberOf(error) === 1146
}

/** The error of a migration that an interrupted run has already made: a table, a column or an index exists. */
export function isMadeAlready(error: unknown): boolean {
  return [1050, 1060, 1061, 1091].includes(numberOf(error))
}

/** The error that the caller sees. An error about the statement itself stays as it is. */
export function translated(error: unknown): unknown {
  return isFaultOfOurs(error) ? withoutUrlPasswords(error) : unavailable(error)
}

/** Without the driver's message, which may contain a user, a host or data. */
export function unavailable(error: unknown): StoreUnavailableError {
  const { code } = error as { readonly code?: unknown }
  const reason = typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : 'no connection'
  return new StoreUnavailableError(`MySQL is unavailable: ${reason}`, { cause: withoutUrlPasswords(error) })
}

function isFaultOfOurs(error: unknown): boolean {
  const number = numberOf(error)
  if (number !== 0) return !(conflicts.has(number) || dead.has(number) || unavailableNumbers.has(number))
  // What happens to a connection is fatal to it, or has a code of the system or of mysql2. ERR_ is how Node's own begin.
  const { code, fatal } = (error ?? {}) as { readonly code?: unknown; readonly fatal?: unknown }
  return fatal !== true && (typeof code !== 'string' || code.startsWith('ERR_'))
}

/** Of an error that the server answered; 0 for others, where Node numbers them below zero. */
function numberOf(error: unknown): number {
  const { errno } = (error ?? {}) as { readonly errno?: unknown }
  return typeof errno === 'number' && errno >= 1000 ? errno : 0
}
