import { describe, expect, test } from 'vitest'
import { session, successor } from '../../src/store/conformance/samples.js'
import { migrations } from '../../src/store/mysql/migrations.js'
import { createMysqlStore } from '../../src/store/mysql/mysql-store.js'
import type { Migration } from '../../src/store/store.js'
import { need, newDatabase, products } from './mysql/products.js'

const next: Migration = {
  version: migrations.length + 1,
  title: 'a column more',
  statements: [
    "ALTER TABLE sessionward_sessions ADD COLUMN note VARBINARY(64) NOT NULL DEFAULT ''",
    'CREATE INDEX noted ON sessionward_sessions (note)',
    'CREATE TABLE IF NOT EXISTS sessionward_notes (note VARBINARY(64) NOT NULL PRIMARY KEY)',
  ],
}
/** Takes the tables of today back to those of the first version. */
const toFirstVersion = [
  `ALTER TABLE sessionward_sessions
    DROP KEY by_ordinal, DROP COLUMN ordinal, DROP COLUMN replaced_by, MODIFY superseded VARBINARY(255) NOT NULL`,
  'UPDATE sessionward_history SET version = 1',
]
const afterNext: Migration = { version: next.version + 1, title: 'another', statements: ['DO 1'] }

for (const product of products) {
  describe(`the schema on ${product}`, async () => {
    await need(product)

    test('ten nodes that start at once on an empty database make it once, under one name of its history', async () => {
      const { store } = await newDatabase(product)
      const nodes = Array.from({ length: 10 }, () => store())

      const ran = await Promise.all(nodes.map((node) => node.schema!.migrate()))

      expect(ran.filter((some) => some.length > 0)).toEqual([migrations])
      const epochs = await Promise.all(nodes.map(async (node) => (await node.sessions.revokedSince(null)).epoch))
      expect(new Set(epochs).size).toBe(1)
    })

    test('ten nodes that are used at once on an empty database all work', async () => {
      const { store } = await newDatabase(product)

      const created = Array.from({ length: 10 }, () => store().sessions.create(session()))

      await expect(Promise.all(created)).resolves.toHaveLength(10)
    })

    test('tables that are to be made by hand are not made before; then the store works without a restart', async () => {
      const { store, pool } = await newDatabase(product)
      const node = store({ migrate: 'manual' })

      expect(await node.schema!.pending()).toEqual(migrations)
      await expect(node.now()).rejects.toThrow(
        `the schema of the MySQL database is ${migrations.length} migrations behind: run \`sessionward migrate\``,
      )
      expect((await pool().query('SHOW TABLES'))[0]).toEqual([])
      expect(await node.schema!.migrate()).toEqual(migrations)

      expect(await node.schema!.pending()).toEqual([])
      await node.sessions.create(session())
    })

    test('a database of the first version keeps its sessions, which then remember 32 superseded tokens', async () => {
      const { store, pool } = await newDatabase(product)
      const superseded = Array.from({ length: 4 }, (_, at) => ({ generation: at, nonce: new Uint8Array(8), at }))
      const before = session({ generation: 4, superseded })
      await store().sessions.create(before)
      for (const undo of toFirstVersion) await pool().query(undo)
      const node = store()

      expect((await node.sessions.find(before.id)).session).toEqual(before)
      const crowded = Array.from({ length: 32 }, (_, at) => ({
        generation: at,
        nonce: new Uint8Array(8).fill(255),
        at,
      }))
      const after = { ...successor(before), superseded: crowded }
      expect(await node.sessions.confirm(before.id, before, after)).toBe('confirmed')

      expect((await node.sessions.find(before.id)).session).toEqual({ ...before, ...after })
    })

    test('a node of this version works beside one of the next, on tables of the next', async () => {
      const { store, pool } = await newDatabase(product)
      const old = store()
      const before = session()
      await old.sessions.create(before)
      const newer = createMysqlStore({ pool: pool(), durability: 'as-configured' }, [...migrations, next])

      expect(await newer.schema!.migrate()).toEqual([next])

      for (const node of [old, newer, store()]) {
        await node.sessions.create(session())
        expect((await node.sessions.find(before.id)).session).toEqual(before)
        expect(await node.sessions.touch(before.id, before, before.idleDeadline)).toBe('touched')
      }
      expect(await old.sessions.confirm(before.id, before, successor(before))).toBe('confirmed')
    })

    test('a node that is two versions behind is refused, and changes nothing', async () => {
      const { store, pool } = await newDatabase(product)
      await createMysqlStore({ pool: pool(), durability: 'as-configured' }, [...migrations, next, afterNext]).now()
      const node = store()

      const words = `the MySQL database has schema version ${afterNext.version}, but this version of the library supports at most ${migrations.length + 1}`
      await expect(node.now()).rejects.toThrow(words)
      await expect(node.schema!.migrate()).rejects.toThrow(words)
      expect((await pool().query('SELECT version FROM sessionward_history'))[0]).toEqual([
        { version: afterNext.version },
      ])
    })

    test.each([0, 1, 2, 3])('a step that died after %d of its statements is made again', async (ran) => {
      const { store, pool } = await newDatabase(product)
      await store().now()
      for (const statement of next.statements.slice(0, ran)) await pool().query(statement)
      const newer = createMysqlStore({ pool: pool(), durability: 'as-configured' }, [...migrations, next])

      expect(await newer.schema!.migrate()).toEqual([next])

      expect((await pool().query("SHOW INDEX FROM sessionward_sessions WHERE Key_name = 'noted'"))[0]).toHaveLength(1)
      expect((await pool().query("SHOW TABLES LIKE 'sessionward_notes'"))[0]).toHaveLength(1)
    })

    test('a step that fails is not recorded, leaves the lock free, and is tried again', async () => {
      const { store, pool } = await newDatabase(product)
      const broken = { ...next, statements: ['CREATE TABLE sessionward_wrong (a NO_SUCH_TYPE)'] }
      const own = pool()
      await store().now()

      for (let attempt = 0; attempt < 2; attempt++) {
        const node = createMysqlStore({ pool: own, durability: 'as-configured' }, [...migrations, broken])
        await expect(node.now()).rejects.toThrow(/NO_SUCH_TYPE|syntax/i)
      }

      expect(
        await createMysqlStore({ pool: pool(), durability: 'as-configured' }, [...migrations, next]).schema!.migrate(),
      ).toEqual([next])
    })

    test('every table is of InnoDB, with rows of the kind that has long keys', async () => {
      const { store, pool } = await newDatabase(product)
      await store().now()

      const [tables] = await pool().query(`
        SELECT table_name AS name, engine AS engine, row_format AS format FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_name LIKE 'sessionward%'`)

      expect(tables).toHaveLength(8)
      for (const table of tables as object[]) expect(table).toMatchObject({ engine: 'InnoDB', format: 'Dynamic' })
    })
  })
}
