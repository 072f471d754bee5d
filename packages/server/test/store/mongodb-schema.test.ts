import { beforeEach, describe, expect, test } from 'vitest'
import { session } from '../../src/store/conformance/samples.js'
import type { MongodbDatabase } from '../../src/store/mongodb/client.js'
import { Database } from '../../src/store/mongodb/database.js'
import { mongodbStore } from '../../src/store/mongodb/index.js'
import { createLease } from '../../src/store/mongodb/lease.js'
import { migrationsFor } from '../../src/store/mongodb/migrations.js'
import { namesFor } from '../../src/store/mongodb/names.js'
import { mongodbSchema } from '../../src/store/mongodb/schema.js'
import { type Migration, StoreUnavailableError } from '../../src/store/store.js'
import { newDatabase, recorded, service } from './mongodb-database.js'

const db = await newDatabase()
beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))
const prefixes = (function* () {
  for (let count = 1; ; count++) yield `store${count}_`
})()
let prefix: string
beforeEach(() => {
  prefix = prefixes.next().value as string
})

test('of ten nodes that start at once on an empty database one makes the collections', async () => {
  const databases = Array.from({ length: 10 }, () => recorded(db))
  const nodes = databases.map((database) => mongodbStore({ db: database, prefix }))

  const [first, ...others] = await Promise.all(nodes.map((node) => node.sessions.revokedSince(null)))

  expect(others.map(({ epoch }) => epoch)).toEqual(others.map(() => first!.epoch))
  const builders = databases.filter(({ commands }) => commands.some((command) => 'createIndexes' in command))
  expect(builders).toHaveLength(1)
  const indexes = await db.collection(`${prefix}sessions`).indexes()
  expect(indexes.map(({ name }) => name).sort()).toEqual([
    ...['_id_', 'active_of_subject', 'by_ordinal', 'entries_since', 'entries_to_sweep', 'to_sweep'],
  ])
})

test('of ten that migrate at once one says what it has done, and the others wait for it', async () => {
  const nodes = Array.from({ length: 10 }, () => mongodbStore({ db, prefix, migrate: 'manual' }))

  const ran = await Promise.all(
    nodes.map(async (node) => {
      const steps = await node.schema!.migrate()
      expect(await node.schema!.pending()).toEqual([])
      return steps
    }),
  )

  expect(ran.flat()).toEqual(migrationsFor(namesFor(prefix)))
})

test('a database that is to be migrated by hand is left alone, and says what it lacks', async () => {
  const store = mongodbStore({ db, prefix, migrate: 'manual' })

  expect(await store.schema!.pending()).toEqual(migrationsFor(namesFor(prefix)))
  await expect(store.sessions.create(session())).rejects.toThrow(
    'the schema of the MongoDB database is 2 migrations behind: run `sessionward migrate`',
  )
  expect(await collectionsOf(prefix)).toEqual([])

  expect(await store.schema!.migrate()).toEqual(migrationsFor(namesFor(prefix)))
  await store.sessions.create(session())
})

test('what is shown of a step is a command that an operator can run', () => {
  for (const { statements } of migrationsFor(namesFor(prefix))) {
    for (const statement of statements)
      expect(Object.keys(JSON.parse(statement))[0]).toMatch(/^(createIndexes|update)$/)
  }
})

describe('beside the next version', () => {
  const next = (names = namesFor(prefix)): Migration => ({
    version: migrationsFor(names).length + 1,
    title: 'an index more',
    statements: [
      JSON.stringify({ createIndexes: names.sessions, indexes: [{ name: 'by_client', key: { clientId: 1 } }] }),
      JSON.stringify({ createIndexes: `${prefix}notes`, indexes: [{ name: 'by_note', key: { note: 1 } }] }),
    ],
  })

  test('a node of this version works on collections of the next, also when it starts there', async () => {
    const store = mongodbStore({ db, prefix })
    const before = session()
    await store.sessions.create(before)

    expect(await schemaOf(db, [...migrationsFor(namesFor(prefix)), next()]).migrate()).toEqual([next()])

    for (const node of [store, mongodbStore({ db, prefix })]) {
      await node.sessions.create(session())
      expect((await node.sessions.find(before.id)).session).toEqual(before)
      expect(await node.schema!.pending()).toEqual([])
    }
  })

  test('two versions ahead it refuses, names both and changes nothing', async () => {
    const steps = [...migrationsFor(namesFor(prefix)), next(), { ...next(), version: next().version + 1 }]
    await schemaOf(db, steps).migrate()
    const before = await collectionsOf(prefix)
    const store = mongodbStore({ db, prefix })

    await expect(store.sessions.create(session())).rejects.toThrow(
      `the MongoDB database has schema version ${next().version + 1}, but this version of the library supports at most ${next().version}`,
    )
    expect(await collectionsOf(prefix)).toEqual(before)
  })

  test('a step that another node has finished meanwhile is not said to be ours', async () => {
    await schemaOf(db, migrationsFor(namesFor(prefix))).migrate()
    const overtaken = recorded(db)
    overtaken.instead = (command) => {
      if (command.createIndexes !== `${prefix}notes`) return undefined
      const history = db.collection<{ _id: string }>(`${prefix}history`)
      return history.updateOne({ _id: 'history' }, { $set: { version: next().version } }).then(() => ({ ok: 1 }))
    }

    expect(await schemaOf(overtaken, [...migrationsFor(namesFor(prefix)), next()]).migrate()).toEqual([])
  })

  test('a step that died halfway is made again from its beginning', async () => {
    await schemaOf(db, migrationsFor(namesFor(prefix))).migrate()
    const steps = [...migrationsFor(namesFor(prefix)), next()]
    const dying = recorded(db)
    dying.instead = (command) =>
      command.createIndexes === `${prefix}notes` ? Promise.reject(new Error('died')) : undefined

    await expect(schemaOf(dying, steps).migrate()).rejects.toThrow()
    expect(await schemaOf(db, steps).pending()).toEqual([next()])

    expect(await schemaOf(db, steps).migrate()).toEqual([next()])
    expect(await schemaOf(db, steps).pending()).toEqual([])
  })
})

test('a verb that finds the database unavailable migrates when it is there again', async () => {
  const database = recorded(db)
  database.instead = () => Promise.reject(Object.assign(new Error('gone'), { name: 'MongoNetworkError' }))
  const store = mongodbStore({ db: database, prefix })
  await expect(store.sessions.find('any')).rejects.toBeInstanceOf(StoreUnavailableError)

  database.instead = undefined

  expect((await store.sessions.find('any')).session).toBeNull()
})

describe('the lease of a migration', () => {
  test('is held by one, and by the next when that one lets go', async () => {
    const [one, other] = [leaseOf(), leaseOf()]

    expect([await one.acquire(), await other.acquire(), await one.acquire()]).toEqual([true, false, true])
    await expect(other.extend()).rejects.toBeInstanceOf(StoreUnavailableError)
    await other.release()
    expect(await other.acquire()).toBe(false)
    await one.release()

    expect(await other.acquire()).toBe(true)
  })

  test('of a node that died is taken when its time is over', async () => {
    const [dead, other] = [leaseOf(), leaseOf()]
    await dead.acquire()
    expect(await other.acquire()).toBe(false)
    await db.collection<{ _id: string }>('leases').updateOne({ _id: 'lock' }, { $set: { until: new Date(0) } })

    expect(await other.acquire()).toBe(true)
    await expect(dead.extend()).rejects.toBeInstanceOf(StoreUnavailableError)
  })

  beforeEach(async () => void (await db.collection('leases').deleteMany({})))
})

function databaseOf(database: MongodbDatabase): Database {
  return new Database(database, { readConcern: 'linearizable', timeout: 5 })
}

function leaseOf() {
  return createLease(databaseOf(db), 'leases')
}

function schemaOf(database: MongodbDatabase, known: readonly Migration[]) {
  return mongodbSchema(databaseOf(database), namesFor(prefix), known)
}

async function collectionsOf(start: string): Promise<string[]> {
  const all = await db.listCollections().toArray()
  return all
    .map(({ name }) => name)
    .filter((name) => name.startsWith(start))
    .sort()
}
