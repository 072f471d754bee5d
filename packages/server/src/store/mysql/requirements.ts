import type { Database, Row } from './database.js'
import { readingNow } from './sql.js'

/** Whether the server may lose what it has answered. */
export type Durability = 'full' | 'as-configured'

/**
 * Checks whether the server, and the sessions that the pool opens on it, allow the store to keep its promises.
 *
 * @throws Error that says what is wrong and what to set; StoreUnavailableError where it accepts no writes, which may be temporary.
 */
export async function checkServer(database: Database, durability: Durability): Promise<void> {
  const [[name] = []] = await database.read('SELECT DATABASE()')
  const server = readServer([...(await database.read(variables)), ['database', name]])
  for (const { holds, otherwise } of [...needs, ...(durability === 'full' ? durable : [])]) {
    if (!holds(server)) throw new Error(`mysqlStore: ${otherwise}`)
  }
  await database.readOnPrimary(`SELECT ${readingNow}`)
}

/** Variables by name, which differ by product, and the version and the database. */
type Server = Readonly<Record<string, string>>

interface Need {
  readonly holds: (server: Server) => boolean
  readonly otherwise: string
}

const needs: readonly Need[] = [
  {
    holds: ({ version = '' }) => isAtLeast(version, version.includes('MariaDB') ? [10, 6] : [8, 0]),
    otherwise: 'the server must be MySQL 8.0 or later, or MariaDB 10.6 or later',
  },
  { holds: (server) => Boolean(server.database), otherwise: 'the pool must name a database' },
  { holds: isOn('autocommit'), otherwise: 'the connections of the pool must have autocommit on' },
  {
    holds: (server) => (server.transaction_isolation ?? server.tx_isolation) !== 'READ-UNCOMMITTED',
    otherwise: 'the connections of the pool must not read uncommitted data (transaction_isolation)',
  },
  {
    // Some servers mistake an update of a list for one of all rows.
    holds: (server) => !isOn('sql_safe_updates')(server),
    otherwise: 'the connections of the pool must have sql_safe_updates off',
  },
  {
    // Rows over the limit would be missing, such as revocations.
    holds: ({ sql_select_limit = '' }) => BigInt(sql_select_limit) >= 2n ** 32n - 1n,
    otherwise: 'the connections of the pool must not have sql_select_limit set',
  },
  {
    // An empty string would become NULL.
    holds: ({ sql_mode = '' }) => !/\b(EMPTY_STRING_IS_NULL|ORACLE)\b/.test(sql_mode),
    otherwise: 'the connections of the pool must not have EMPTY_STRING_IS_NULL or ORACLE in sql_mode',
  },
  {
    // A replica would decide once more, on another clock, whether a change of an account came too late.
    holds: (server) => !isOn('log_bin')(server) || server.binlog_format !== 'STATEMENT',
    otherwise: 'the server must not log statements: set binlog_format = ROW or MIXED',
  },
]

const relaxed =
  "or set the option durability: 'as-configured', which may lose committed changes when the server's machine fails"

const durable: readonly Need[] = [
  {
    // MariaDB's 3 waits for the disk as 1 does.
    holds: (server) => ['1', '3'].includes(server.innodb_flush_log_at_trx_commit ?? ''),
    otherwise: `the server must flush to disk at each commit: set innodb_flush_log_at_trx_commit = 1, ${relaxed}`,
  },
  {
    // With a binary log, what is not in it is taken back when the server recovers.
    holds: (server) => !isOn('log_bin')(server) || server.sync_binlog === '1',
    otherwise: `the server must flush the binary log to disk at each commit: set sync_binlog = 1, ${relaxed}`,
  },
]

function isOn(name: string): (server: Server) => boolean {
  return (server) => ['ON', '1'].includes(server[name] ?? '')
}

function isAtLeast(version: string, least: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return major > least[0] || (major === least[0] && minor >= least[1])
}

function readServer(rows: readonly Row[]): Server {
  return Object.fromEntries(rows.map(([name, value]) => [String(name).toLowerCase(), String(value ?? '')]))
}

// A variable that a product does not have is no error here.
const variables = `
  SHOW SESSION VARIABLES WHERE Variable_name IN ('version', 'autocommit', 'transaction_isolation', 'tx_isolation',
    'sql_mode', 'sql_safe_updates', 'sql_select_limit', 'innodb_flush_log_at_trx_commit', 'log_bin', 'binlog_format',
    'sync_binlog')`
