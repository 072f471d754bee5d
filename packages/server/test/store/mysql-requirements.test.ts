import { createConnection, createPoolCluster } from 'mysql2'
import { createPool } from 'mysql2/promise'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type MysqlConnection, type MysqlPool, mysqlStore } from '../../src/store/mysql/index.js'
import { StoreUnavailableError } from '../../src/store/store.js'
import { need, newDatabase, ownServer, products } from './mysql/products.js'

describe('the store says at the door what it expected', () => {
  const never = { host: '127.0.0.1', port: 1 }
  const pool = createPool(never)
  const connection = createConnection(never)
  connection.on('error', () => {})

  test.each([
    ['nothing', undefined],
    ['an address', 'mysql://127.0.0.1:1/auth'],
    ['no options', {}],
    ['options without a pool', { timeout: 5 }],
    ['a connection', connection],
    ['a connection as a pool', { pool: connection }],
    ['a cluster', createPoolCluster()],
    ['a pool of the package mysql', { getConnection() {}, query() {}, end() {} }],
  ])('in the place of a pool: %s', (_, given) => {
    expect(() => mysqlStore(given as MysqlPool)).toThrow(
      new TypeError('mysqlStore: pool must be a pool from createPool of mysql2 or mysql2/promise'),
    )
  })

  test.each([
    [{ durability: 'none' }, 'mysqlStore: durability must be full or as-configured'],
    [{ migrate: 'never' }, 'mysqlStore: migrate must be automatic or manual'],
    [{ timeout: 0 }, 'mysqlStore: timeout must be a number of seconds, up to 3600'],
    [{ timeout: 5000 }, 'mysqlStore: timeout must be a number of seconds, up to 3600'],
    [{ timeout: '5' }, 'mysqlStore: timeout must be a number of seconds, up to 3600'],
    [{ timeout: Number.NaN }, 'mysqlStore: timeout must be a number of seconds, up to 3600'],
  ])('an option: %o', (options, message) => {
    expect(() => mysqlStore({ pool, ...options } as never)).toThrow(new TypeError(message))
  })

  test.each([
    ['timout', 'did you mean `mysqlStore.timeout`?'],
    ['schema', 'expected pool, durability, migrate, timeout'],
  ])('an option that it does not have: %s', (name, hint) => {
    expect(() => mysqlStore({ pool, [name]: 5 } as never)).toThrow(
      new TypeError(`unknown option \`mysqlStore.${name}\`; ${hint}`),
    )
  })
})

describe('a server of a version that is too old is refused', () => {
  test.each([
    ['5.7.44', false],
    ['8.0.4', true],
    ['9.7.4-2', true],
    ['10.5.29-MariaDB', false],
    ['10.6.0-MariaDB-log', true],
    ['11.8.2-MariaDB', true],
  ])('%s: taken is %s', async (version, isTaken) => {
    const words = 'mysqlStore: the server must be MySQL 8.0 or later, or MariaDB 10.6 or later'

    const used = mysqlStore({ pool: serverThatSays({ version }), durability: 'as-configured' }).now()

    // What comes after the version is not there, and says so.
    await expect(used).rejects.toThrow(isTaken ? 'the pool must name a database' : words)
  })
})

/** As much of a server as it takes to be asked what it is. */
function serverThatSays(variables: Readonly<Record<string, string>>): MysqlPool {
  const connection: MysqlConnection = {
    execute: ({ sql }, done) => done(null, sql.includes('VARIABLES') ? Object.entries(variables) : [[null]]),
    query: (_, done) => done(null, []),
    release() {},
    destroy() {},
  }
  const pool: MysqlPool & { execute(): void } = {
    execute() {},
    getConnection: (callback) => callback(null, connection),
  }
  return pool
}

for (const product of products) {
  describe(`a server of ${product} that cannot keep the promises is refused`, async () => {
    const here = await need(product)
    let server: Awaited<ReturnType<typeof ownServer>>
    beforeAll(async () => {
      if (here) server = await ownServer(product, ['--log-bin', '--server-id=1', '--sync-binlog=1'])
    })

    test.each([
      ['innodb_flush_log_at_trx_commit', [0, 2], 'the server must flush to disk at each commit'],
      ['sync_binlog', [0, 100], 'the server must flush the binary log to disk at each commit'],
    ])('where %s lets it lose what it has answered, unless it may, until that is set', async (variable, bad, words) => {
      const admin = server.pool()
      await admin.query('SET GLOBAL innodb_flush_log_at_trx_commit = 1')
      const store = server.store({ durability: 'full' })
      for (const value of bad) {
        await admin.query(`SET GLOBAL ${variable} = ${value}`)

        const refused = store.now()
        await expect(refused).rejects.toThrow(
          `mysqlStore: ${words}: set ${variable} = 1, or set the option durability: 'as-configured', which may ` +
            "lose committed changes when the server's machine fails",
        )
        await expect(refused).rejects.not.toBeInstanceOf(StoreUnavailableError)
        expect(await server.store({ durability: 'as-configured' }).now()).toBeGreaterThan(0)
      }

      await admin.query(`SET GLOBAL ${variable} = 1`)
      expect(await store.now()).toBeGreaterThan(0)
    })

    test('where its binary log has statements, which a replica may carry out otherwise, whatever durability is said', async () => {
      const admin = server.pool()
      await admin.query("SET GLOBAL binlog_format = 'STATEMENT'")
      const store = server.store({ durability: 'as-configured' })

      const refused = store.now()
      await expect(refused).rejects.toThrow(
        'mysqlStore: the server must not log statements: set binlog_format = ROW or MIXED',
      )
      await expect(refused).rejects.not.toBeInstanceOf(StoreUnavailableError)

      for (const format of ['MIXED', 'ROW']) {
        await admin.query(`SET GLOBAL binlog_format = '${format}'`)
        expect(await server.store().now()).toBeGreaterThan(0)
      }
    })
  })

  describe(`a pool on ${product} on which the store would go wrong is refused`, async () => {
    await need(product)

    const isolation = product === 'mariadb' ? 'tx_isolation' : 'transaction_isolation'
    const sessions: readonly (readonly [string, string])[] = [
      ['autocommit = 0', 'the connections of the pool must have autocommit on'],
      [`${isolation} = 'READ-UNCOMMITTED'`, 'the connections of the pool must not read uncommitted data'],
      ['sql_safe_updates = 1', 'the connections of the pool must have sql_safe_updates off'],
      ['sql_select_limit = 1000', 'the connections of the pool must not have sql_select_limit set'],
    ]
    const modesOfMariadb: typeof sessions = [
      ["sql_mode = 'EMPTY_STRING_IS_NULL'", 'the connections of the pool must not have EMPTY_STRING_IS_NULL'],
      ["sql_mode = 'ORACLE'", 'the connections of the pool must not have EMPTY_STRING_IS_NULL or ORACLE in sql_mode'],
    ]
    test.each([...sessions, ...(product === 'mariadb' ? modesOfMariadb : [])])('for %s', async (setting, words) => {
      const { pool, store } = await newDatabase(product)
      const spoilt = pool()
      spoilt.pool.on('connection', (connection) => void connection.query(`SET SESSION ${setting}`))

      await expect(store({ pool: spoilt }).now()).rejects.toThrow(`mysqlStore: ${words}`)
      expect(await store().now()).toBeGreaterThan(0)
    })

    test('for it names no database', async () => {
      const { uri, store } = await newDatabase(product)
      const nameless = createPool(Object.assign(new URL(uri), { pathname: '/' }).href)
      onTestFinished(() => nameless.end())

      await expect(store({ pool: nameless }).now()).rejects.toThrow('mysqlStore: the pool must name a database')
    })

    test('but not for the format of a binary log that the server does not write', async () => {
      const { pool, store } = await newDatabase(product)
      const own = pool()
      own.pool.on('connection', (connection) => void connection.query("SET SESSION binlog_format = 'STATEMENT'"))

      expect(await store({ pool: own }).now()).toBeGreaterThan(0)
    })

    test('for its password is wrong: unavailable, in words that name neither user nor host', async () => {
      const { pool, store } = await newDatabase(product)

      await expect(store({ pool: pool({ password: 'wrong' }) }).now()).rejects.toThrow(
        new StoreUnavailableError('MySQL is unavailable: ER_ACCESS_DENIED_ERROR'),
      )
    })
  })
}
