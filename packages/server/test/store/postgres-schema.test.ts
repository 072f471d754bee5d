import pg from 'pg'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { session } from '../../src/store/conformance/samples.js'
import { type PostgresStoreOptions, postgresStore } from '../../src/store/postgres/index.js'
import { migrationsFor } from '../../src/store/postgres/migrations.js'
import { createPostgresStore } from '../../src/store/postgres/postgres-store.js'
import { type Tables, tablesIn } from '../../src/store/postgres/tables.js'
import type { Migration, Store } from '../../src/store/store.js'
import { freshDatabase, serviceFor } from '../harness/services.js'

const service = await serviceFor('postgres')
beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))

/** What later versions of the library might do. */
const later: readonly ((tables: Tables) => readonly string[])[] = [
  ({ sessions }) => [`ALTER TABLE ${sessions} ADD COLUMN note text NOT NULL DEFAULT ''`],
  ({ sessions }) => [`CREATE INDEX notes ON ${sessions} (note)`],
]

/** The version that the library's own migrations lead to. */
const current = migrationsFor(tablesIn(undefined)).length

const stepsUntil = (version: number) => (tables: Tables) => {
  const known = migrationsFor(tables)
  const added = later.map((statements, index): Migration => {
    return { version: known.length + index + 1, title: 'a note', statements: statements(tables) }
  })
  return [...known, ...added].slice(0, version)
}

test('ten stores that start at once on an empty database make its tables once, and have one history', async () => {
  const url = await freshDatabase('postgres')
  const stores = Array.from({ length: 10 }, () => open(url))

  const ran = await Promise.all(stores.map((store) => store.schema!.migrate()))

  expect(ran.flat().map(({ version }) => version)).toEqual([1, 2])
  expect(new Set(await Promise.all(stores.map(epochOf))).size).toBe(1)
})

test('the first use makes the tables, of ten at once on an empty database too', async () => {
  const url = await freshDatabase('postgres')
  const stores = Array.from({ length: 10 }, () => open(url))

  expect(new Set(await Promise.all(stores.map(epochOf))).size).toBe(1)
})

test('a database whose tables are to be made by hand is left alone, and says what it lacks', async () => {
  const url = await freshDatabase('postgres')
  const store = open(url, { migrate: 'manual' })

  await expect(store.sessions.create(session())).rejects.toThrow(
    new Error('the schema of the PostgreSQL database is 2 migrations behind: run `sessionward migrate`'),
  )
  expect(await tablesOf(url)).toEqual([])
  expect((await store.schema!.pending()).map(({ version }) => version)).toEqual([1, 2])
  expect(await tablesOf(url)).toEqual([])

  expect((await store.schema!.migrate()).map(({ version }) => version)).toEqual([1, 2])
  expect(await store.schema!.pending()).toEqual([])
  await store.sessions.create(session())
})

test('nodes of one version and of the next work side by side, whichever of them began', async () => {
  const url = await freshDatabase('postgres')
  const old = open(url)
  const before = session()
  await old.sessions.create(before)
  const next = open(url, {}, current + 1)

  expect((await next.schema!.migrate()).map(({ version }) => version)).toEqual([current + 1])

  for (const node of [old, next, open(url)]) {
    const one = session()
    await node.sessions.create(one)
    expect(await node.sessions.touch(one.id, one, one.idleDeadline + 1)).toBe('touched')
    expect((await node.sessions.find(before.id)).session).toEqual(before)
    expect(await node.schema!.migrate()).toEqual([])
  }
  expect(await epochOf(old)).toBe(await epochOf(next))
})

test('a database that is two steps ahead is refused, with both versions', async () => {
  const url = await freshDatabase('postgres')
  await open(url, {}, current + 2).schema!.migrate()
  const old = open(url)

  await expect(old.now()).rejects.toThrow(/schema version 4, but this version of the library supports at most 3/)
  await expect(old.schema!.pending()).rejects.toThrow(/schema version 4/)
  await expect(old.schema!.migrate()).rejects.toThrow(/schema version 4/)
})

test('of a step that fails halfway nothing stays, and it can be made again', async () => {
  const url = await freshDatabase('postgres')
  const broken = postgresOn(url, {}, (tables) => {
    const [first] = migrationsFor(tables)
    return [{ ...first!, statements: [...first!.statements, 'SELECT 1 / 0'] }]
  })

  await expect(broken.now()).rejects.toThrow('division by zero')

  expect(await tablesOf(url)).toEqual([])
  await open(url).sessions.create(session())
})

test('the tables lie in the schema that was named, and stores in two schemas have nothing in common', async () => {
  const url = await freshDatabase('postgres')
  const pool = poolOf(url)
  const stores = ['a "quoted" one', 'another', undefined].map((schema) =>
    postgresStore({ pool, ...(schema && { schema }) }),
  )
  const sessions = stores.map(() => session())
  for (const [index, store] of stores.entries()) await store.sessions.create(sessions[index]!)

  for (const [index, store] of stores.entries()) {
    for (const [other, { id }] of sessions.entries()) {
      expect((await store.sessions.find(id)).session).toEqual(index === other ? sessions[other] : null)
    }
  }
  const tables = (await tablesOf(url)).filter((name) => name.endsWith('.sessionward_sessions'))
  expect(tables).toEqual(['a "quoted" one', 'another', 'public'].map((schema) => `${schema}.sessionward_sessions`))
})

test('who may only read and write can use tables that are there', async () => {
  const url = await freshDatabase('postgres')
  await open(url).schema!.migrate()
  const role = `limited_${new URL(url).pathname.slice(1)}`
  const pool = poolOf(url)
  await pool.query(`CREATE ROLE ${role}`)
  onTestFinished(async () => void (await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)))
  await pool.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`)

  const store = open(`${url}?options=-c%20role%3D${role}`)

  const one = session()
  await store.sessions.create(one)
  expect(await store.sessions.revoke(one.id, 'signed_out', 300)).toMatchObject({ sid: one.id })
  expect(await store.sessions.deleteExpired(3600, 10)).toBe(0)
})

test('where commits do not wait for the disk the store is refused, unless that is accepted', async () => {
  const url = `${await freshDatabase('postgres')}?options=-c%20synchronous_commit%3Doff`

  await expect(open(url).now()).rejects.toThrow(/^postgresStore: synchronous_commit is off/)
  expect(await tablesOf(url)).toEqual([])
  expect(await open(url, { durability: 'as-configured' }).now()).toEqual(expect.any(Number))
})

test('a database that cannot hold every character is refused', async () => {
  const url = new URL(await freshDatabase('postgres'))
  const name = `${url.pathname.slice(1)}_latin`
  await poolOf(url.href).query(`CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`)
  url.pathname = `/${name}`

  await expect(open(url.href).now()).rejects.toThrow(
    'postgresStore needs a database with the encoding UTF8, not LATIN1',
  )
})

function open(url: string, options: Partial<PostgresStoreOptions> = {}, version = current): Store {
  return postgresOn(url, options, stepsUntil(version))
}

function postgresOn(url: string, options: Partial<PostgresStoreOptions>, steps: typeof migrationsFor): Store {
  const store = createPostgresStore({ pool: poolOf(url), ...options }, steps)
  onTestFinished(() => store.close())
  return store
}

function poolOf(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  onTestFinished(() => pool.end())
  return pool
}

async function epochOf(store: Store): Promise<string> {
  return (await store.sessions.revokedSince(0)).epoch
}

/** Ours, with their schemas. */
async function tablesOf(url: string): Promise<readonly string[]> {
  const { rows } = await poolOf(url).query(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE tablename LIKE 'sessionward%' ORDER BY name`,
  )
  return rows.map(({ name }) => name)
}
