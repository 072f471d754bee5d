import type { Database } from './database.js'
import { readingClock } from './sql.js'

/**
 * Checks whether the server, and the sessions that the pool opens on it, allow the store to keep its promises.
 *
 * @throws Error that says what is wrong and what to set; StoreUnavailableError if it is read-only, which may be temporary.
 */
export async function checkServer(database: Database, durability: 'full' | 'as-configured'): Promise<void> {
  const [[name] = []] = await database.read('SELECT DATABASE()')
  const rows = [...(await database.read(variables)), ['database', name]]
  const server = Object.fromEntries(rows.map(([name, value]) => [String(name).toLowerCase(), String(value ?? '')]))
  for (const [isMet, message] of durability === 'full' ? [...requirements, ...durable] : requirements) {
    if (!isMet(server)) throw new Error(`mysqlStore: ${message}`)
  }
  await database.readOnPrimary(`SELECT ${readingClock}`)
}

/** Its variables by name, which differ by product, and the name of the database. */
type Server = Readonly<Record<string, string>>

type Requirement = readonly [isMet: (server: Server) => boolean, message: string]

const requirements: readonly Requirement[] = [
  [
    ({ version = '' }) => isAtLeast(version, version.includes('MariaDB') ? [10, 6] : [8, 0]),
    'the server must be MySQL 8.0 or later, or MariaDB 10.6 or later',
  ],
  [({ database }) => database !== '', 'the pool must name a database'],
  [({ autocommit }) => isOn(autocommit), 'the connections of the pool must have autocommit on'],
  [
    ({ transaction_isolation, tx_isolation }) => (transaction_isolation ?? tx_isolation) !== 'READ-UNCOMMITTED',
    'the connections of the pool must not read uncommitted data (transaction_isolation)',
  ],
  // Some servers mistake an update of a list for one of all rows.
  [({ sql_safe_updates }) => !isOn(sql_safe_updates), 'the connections of the pool must have sql_safe_updates off'],
  // Rows over the limit would be missing, such as revocations.
  [
    ({ sql_select_limit = '' }) => BigInt(sql_select_limit) >= 2n ** 32n - 1n,
    'the connections of the pool must not have sql_select_limit set',
  ],
  // An empty string would become NULL.
  [
    ({ sql_mode = '' }) => !/\b(EMPTY_STRING_IS_NULL|ORACLE)\b/.test(sql_mode),
    'the connections of the pool must not have EMPTY_STRING_IS_NULL or ORACLE in sql_mode',
  ],
  // A replica would decide again, on its own clock, whether a change of an account came too late.
  [
    ({ log_bin, binlog_format }) => !isOn(log_bin) || binlog_format !== 'STATEMENT',
    'the server must not log statements: set binlog_format = ROW or MIXED',
  ],
]

const relaxed =
  "or set the option durability: 'as-configured', which may lose committed changes when the server's machine fails"

const durable: readonly Requirement[] = [
  // MariaDB's 3 waits for the disk as 1 does.
  [
    ({ innodb_flush_log_at_trx_commit: flush = '' }) => ['1', '3'].includes(flush),
    `the server must flush to disk at each commit: set innodb_flush_log_at_trx_commit = 1, ${relaxed}`,
  ],
  // With a binary log, the server rolls back what is not in it when it recovers.
  [
    ({ log_bin, sync_binlog }) => !isOn(log_bin) || sync_binlog === '1',
    `the server must flush the binary log to disk at each commit: set sync_binlog = 1, ${relaxed}`,
  ],
]

function isOn(value: string | undefined): boolean {
  return value === 'ON' || value === '1'
}

function isAtLeast(version: string, [oldestMajor, oldestMinor]: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

// SHOW does not fail for a variable that a product does not have.
const variables = `
  SHOW SESSION VARIABLES WHERE Variable_name IN ('version', 'autocommit', 'transaction_isolation', 'tx_isolation',
    'sql_mode', 'sql_safe_updates', 'sql_select_limit', 'innodb_flush_log_at_trx_commit', 'log_bin', 'binlog_format',
    'sync_binlog')`
