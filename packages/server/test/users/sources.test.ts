import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findEngine } from '../../src/store/sqlite/client.js'
import {
  md5,
  mysqlUsers,
  postgresUsers,
  type SqliteDatabase,
  sqliteUsers,
  userDirectory,
} from '../../src/users/index.js'
import { chosen, freshDatabase, serviceFor } from '../harness/services.js'
import { type OldTable, type OldUser, table, testUserDirectory } from './user-directory.js'

const values = ({ username, hash, salt = '', disabled = false, changedAt = 1_700_000_000 }: OldUser) =>
  [username, hash, salt, disabled ? 1 : 0, 3, changedAt, '上海'] as const

describe('people in a table of SQLite', () => {
  const database = findEngine()(':memory:', false)
  database.exec(
    'CREATE TABLE people (id INTEGER PRIMARY KEY, login TEXT, pwd TEXT, salt TEXT, locked INTEGER, version INTEGER, changed INTEGER, city TEXT)',
  )
  const spreading: SqliteDatabase = {
    prepare(sql) {
      const statement = database.prepare(sql)
      return { all: (...given) => statement.all(given), run: (...given) => statement.run(given) }
    },
  }
  testUserDirectory(() => ({
    source: sqliteUsers(spreading, { ...table, table: 'people' }),
    async insert(user) {
      const sql = `INSERT INTO people (login, pwd, salt, locked, version, changed, city) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`
      return String((database.prepare(sql).get(values(user)) as { id: number }).id)
    },
    hashOf: async (id) => (database.prepare('SELECT pwd FROM people WHERE id = ?').get([id]) as { pwd: string }).pwd,
    setHash: async (id, hash) => database.prepare('UPDATE people SET pwd = ? WHERE id = ?').run([hash, id]),
  }))
})

if (chosen('postgres'))
  describe('people in a table of PostgreSQL', () => {
    let pool: Pool
    let missing: string | undefined
    beforeAll(async () => {
      missing = (await serviceFor('postgres')).missing
      if (missing !== undefined) return
      pool = new Pool({ connectionString: await freshDatabase('postgres') })
      await pool.query(`CREATE SCHEMA shop`)
      await pool.query(
        `CREATE TABLE shop.people (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, login TEXT, pwd VARCHAR(120), salt TEXT,
         locked INTEGER, version BIGINT, changed INTEGER, city TEXT)`,
      )
    })
    beforeEach(({ skip }) => skip(missing !== undefined, missing))
    afterAll(() => pool?.end())

    testUserDirectory(() => ({
      source: postgresUsers(pool, { ...table, table: 'shop.people' }),
      async insert(user) {
        const sql = `INSERT INTO shop.people (login, pwd, salt, locked, version, changed, city)
          VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`
        return String((await pool.query(sql, [...values(user)])).rows[0].id)
      },
      hashOf: async (id) => (await pool.query('SELECT pwd FROM shop.people WHERE id = $1', [id])).rows[0].pwd,
      setHash: (id, hash) => pool.query('UPDATE shop.people SET pwd = $2 WHERE id = $1', [id, hash]),
    }))
  })

for (const name of ['mariadb', 'mysql'] as const)
  if (chosen(name))
    describe(`people in a table of ${name}`, () => {
      let pool: ReturnType<typeof createPool>
      let missing: string | undefined
      beforeAll(async () => {
        missing = (await serviceFor(name)).missing
        if (missing !== undefined) return
        pool = createPool({ uri: await freshDatabase(name), charset: 'utf8mb4' })
        await pool.query(
          `CREATE TABLE people (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, login VARCHAR(190), pwd VARCHAR(120), salt VARCHAR(40),
           locked TINYINT, version BIGINT, changed BIGINT, city VARCHAR(40)) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`,
        )
        // Ids that a number cannot hold.
        await pool.query('ALTER TABLE people AUTO_INCREMENT = 9007199254740993')
      })
      beforeEach(({ skip }) => skip(missing !== undefined, missing))
      afterAll(() => pool?.end())

      const open = (): OldTable => ({
        source: mysqlUsers(pool, { ...table, table: 'people' }),
        async insert(user) {
          const sql = `INSERT INTO people (login, pwd, salt, locked, version, changed, city) VALUES (?, ?, ?, ?, ?, ?, ?)`
          await pool.execute(sql, [...values(user)])
          const [rows] = await pool.query('SELECT CAST(MAX(id) AS CHAR) AS id FROM people')
          return (rows as { id: string }[])[0]!.id
        },
        async hashOf(id) {
          const [rows] = await pool.execute('SELECT pwd FROM people WHERE id = ?', [id])
          return (rows as { pwd: string }[])[0]!.pwd
        },
        setHash: (id, hash) => pool.execute('UPDATE people SET pwd = ? WHERE id = ?', [hash, id]),
      })
      testUserDirectory(open)

      test('a date of zeros in the column `disabled` means what it means in MySQL: no date', async () => {
        const connection = await pool.getConnection()
        // A strict server refuses such dates; old tables have them.
        await connection.query(`SET SESSION sql_mode = ''`)
        await connection.query(
          'CREATE TABLE dated (id INT PRIMARY KEY, login VARCHAR(40), pwd CHAR(32), gone DATETIME)',
        )
        await connection.query(
          `INSERT INTO dated VALUES (1, 'ann', '', '0000-00-00 00:00:00'), (2, 'bob', '', '2026-01-01 00:00:00')`,
        )
        connection.destroy()
        const columns = { id: 'id', username: 'login', hash: 'pwd', disabled: 'gone' }
        const source = mysqlUsers(pool, { table: 'dated', columns })

        expect((await source.findById('1'))?.disabled).toBe(false)
        expect((await source.findById('2'))?.disabled).toBe(true)
      })

      test('a column that is too short for a new hash keeps the old one, and a warning says so', async () => {
        await pool.query('CREATE TABLE narrow (id INT AUTO_INCREMENT PRIMARY KEY, login VARCHAR(40), pwd CHAR(32))')
        const hash = '5f4dcc3b5aa765d61d8327deb882cf99'
        await pool.query(`INSERT INTO narrow (login, pwd) VALUES ('ann', '${hash}')`)
        const warnings: unknown[] = []
        const directory = userDirectory(
          mysqlUsers(pool, { table: 'narrow', columns: { id: 'id', username: 'login', hash: 'pwd' } }),
          { hashes: [md5()], passwords: { memory: 64, passes: 1 }, logger: { warn: (text) => warnings.push(text) } },
        )
        for (let time = 0; time < 2; time++) {
          expect(await directory.authenticate({ tenant: '', username: 'ann', password: 'password' })).not.toBeNull()
        }
        expect(warnings).toHaveLength(1)
        expect(String(warnings[0])).toContain('takes 32 characters')
        expect(String(warnings[0])).toContain('Widen it, then restart')
        expect((await directory.report()).hashLength).toBe(32)
      })
    })
