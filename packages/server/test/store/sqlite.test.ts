import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Engine, type SqliteStoreOptions, sqliteStore } from '@sessionward/server/store/sqlite'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { session } from '../../src/store/conformance/samples.js'
import { writeOrigin } from '../../src/store/driver/session-record.js'
import { connect } from '../../src/store/sqlite/database.js'
import { migrations } from '../../src/store/sqlite/migrations.js'
import { migrate } from '../../src/store/sqlite/schema.js'
import { type Migration, StoreUnavailableError } from '../../src/store/store.js'
import { testConformance } from '../harness/conformance.js'

const hasNodeSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined
const engines: readonly Engine[] = hasNodeSqlite ? ['libsql', 'node:sqlite'] : ['libsql']

describe.each(engines)('the SQLite store keeps the contract on %s', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  const open = () => sqliteStore({ path: join(folder, 'auth.db'), engine })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  // Processes on one file poll every half second.
  testConformance(open, ['relay'])
})

if (!hasNodeSqlite) {
  test(`this Node ${process.version} has no node:sqlite, and asking for it says what to do`, () => {
    expect(() => sqliteStore({ path: ':memory:', engine: 'node:sqlite' })).toThrow(
      'node:sqlite is missing: run on Node 22.13 or later, which has node:sqlite, or `npm install libsql`',
    )
  })
}

test('the file is made with its folder, for this user alone', async () => {
  const path = join(newFolder(), 'deep', 'er', 'auth.db')
  const store = sqliteStore(path)
  onTestFinished(() => store.close())
  await store.sessions.create(session())

  for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777, file).toBe(0o600)
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
})

test('what was answered is there after close, under the same name of its history', async () => {
  const path = join(newFolder(), 'auth.db')
  const first = sqliteStore(path)
  const kept = session()
  await first.sessions.create(kept)
  const { epoch } = await first.sessions.revokedSince(null)
  await first.close()

  const second = sqliteStore(path)
  onTestFinished(() => second.close())

  expect((await second.sessions.find(kept.id)).session).toEqual(kept)
  expect((await second.sessions.revokedSince(null)).epoch).toBe(epoch)
  expect(existsSync(`${path}-wal`)).toBe(true)
})

test('two stores without a file have nothing in common', async () => {
  const stores = [sqliteStore(':memory:'), sqliteStore(':memory:')] as const
  onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))))
  const kept = session()
  await stores[0].sessions.create(kept)

  expect((await stores[0].sessions.find(kept.id)).session).toEqual(kept)
  expect((await stores[1].sessions.find(kept.id)).session).toBeNull()
})

test('a file that a newer version wrote is refused and left alone', async () => {
  const path = join(newFolder(), 'auth.db')
  await sqliteStore(path).close()
  const connection = connect(path)
  onTestFinished(() => connection.close())
  connection.exec('PRAGMA user_version = 999')

  expect(() => sqliteStore(path)).toThrow(/schema version 999, but this version of the library supports at most 4/)
  expect(connection.get('PRAGMA user_version', [])).toEqual({ user_version: 999 })
})

test('a file whose tables are to be made by hand is left alone, and says what it lacks', async () => {
  const path = join(newFolder(), 'auth.db')
  const store = sqliteStore({ path, migrate: 'manual' })
  onTestFinished(() => store.close())

  expect((await store.schema!.pending()).map(({ version }) => version)).toEqual([1, 2, 3])
  await expect(store.sessions.create(session())).rejects.toThrow()

  expect((await store.schema!.migrate()).map(({ version }) => version)).toEqual([1, 2, 3])
  expect(await store.schema!.pending()).toEqual([])
  await store.sessions.create(session())
})

test('a node of this version works beside one of the next, on tables of the next', async () => {
  const path = join(newFolder(), 'auth.db')
  const store = sqliteStore(path)
  onTestFinished(() => store.close())
  const before = session()
  await store.sessions.create(before)
  const connection = connect(path)
  onTestFinished(() => connection.close())
  const next: Migration = {
    version: migrations.length + 1,
    title: 'a column more',
    statements: ["ALTER TABLE sessions ADD COLUMN note TEXT NOT NULL DEFAULT ''", 'CREATE TABLE notes (note TEXT)'],
  }

  expect(migrate(connection, [...migrations, next])).toEqual([next])

  const again = sqliteStore(path)
  onTestFinished(() => again.close())
  for (const node of [store, again]) {
    await node.sessions.create(session())
    expect((await node.sessions.find(before.id)).session).toEqual(before)
  }
})

test('a file of the version before is brought up to this one, and nodes of that version go on working', async () => {
  const path = join(newFolder(), 'auth.db')
  const old = connect(path)
  onTestFinished(() => old.close())
  migrate(old, migrations.slice(0, 1))
  const { id, tenant, subject, createdAt, nonce, idleDeadline, absoluteDeadline, ...rest } = session()
  const insert = () =>
    old.run(
      `INSERT INTO sessions (id, tenant, subject, created_at, generation, nonce, superseded, idle_deadline,
         absolute_deadline, ended_at, ended_reason, sweep_at, origin)
       VALUES (?, ?, ?, ?, 0, ?, x'', ?, ?, NULL, NULL, ?, ?) ON CONFLICT (id) DO UPDATE SET generation = 1`,
      [
        ...[id, tenant, subject, createdAt, nonce, idleDeadline, absoluteDeadline, idleDeadline],
        writeOrigin({ ...rest, id, tenant, subject, createdAt, nonce, idleDeadline, absoluteDeadline }),
      ],
    )
  expect(insert()).toBe(1)

  const store = sqliteStore(path)
  onTestFinished(() => store.close())

  // Its profile never comes from a cache: whoever writes it says nothing of changes.
  const { session: found } = await store.sessions.find(id)
  expect(found).toMatchObject({ id, generation: 0, profileFrom: 8_640_000_000_000_000 })
  expect(insert()).toBe(1)
  expect((await store.sessions.find(id)).session?.generation).toBe(1)
})

test('what is not a database is an error at once', () => {
  expect(() => sqliteStore(newFolder())).toThrow()
})

const pathIs = 'sqliteStore: path must be the path of a file'
const secondsAre = 'sqliteStore: busyTimeout must be a number of seconds, up to 3600'

test.each<[string, unknown]>([
  [pathIs, undefined],
  [pathIs, null],
  [pathIs, ''],
  [pathIs, {}],
  [pathIs, { path: 5 }],
  [secondsAre, { path: ':memory:', busyTimeout: Number.NaN }],
  [secondsAre, { path: ':memory:', busyTimeout: '5' }],
  [secondsAre, { path: ':memory:', busyTimeout: 5000 }],
  ['sqliteStore: engine must be node:sqlite or libsql', { path: ':memory:', engine: 'sqlite3' }],
  ['sqliteStore: migrate must be automatic or manual', { path: ':memory:', migrate: 'never' }],
  ['unknown option `sqliteStore.migrat`; did you mean `sqliteStore.migrate`?', { path: ':memory:', migrat: 'manual' }],
])('an option that is not what it should be is named: %s', (message, given) => {
  expect(() => sqliteStore(given as SqliteStoreOptions)).toThrow(new TypeError(message))
})

describe('while another process writes', () => {
  test('a write waits, and reads and the event loop go on', async () => {
    const { store, other, kept } = await openWithRival(5)
    other.exec('BEGIN IMMEDIATE')

    const touched = store.sessions.touch(kept.id, kept, kept.idleDeadline + 1)
    let answered = false
    touched.then(() => {
      answered = true
    })
    for (let turn = 0; turn < 20; turn++) {
      expect((await store.sessions.find(kept.id)).session).toEqual(kept)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(answered).toBe(false)
    other.exec('COMMIT')

    expect(await touched).toBe('touched')
  })

  test('a write that has waited for too long says that the store is unavailable, and a later one succeeds', async () => {
    const { store, other, kept } = await openWithRival(0.05)
    other.exec('BEGIN IMMEDIATE')

    await expect(store.sessions.touch(kept.id, kept, kept.idleDeadline + 1)).rejects.toBeInstanceOf(
      StoreUnavailableError,
    )
    expect((await store.sessions.find(kept.id)).session).toEqual(kept)
    other.exec('COMMIT')

    expect(await store.sessions.touch(kept.id, kept, kept.idleDeadline + 1)).toBe('touched')
  })
})

async function openWithRival(busyTimeout: number) {
  const path = join(newFolder(), 'auth.db')
  const store = sqliteStore({ path, busyTimeout })
  const other = connect(path)
  onTestFinished(async () => {
    other.close()
    await store.close()
  })
  const kept = session()
  await store.sessions.create(kept)
  return { store, other, kept }
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
