import { describe, expect, it } from 'vitest'
import { createSchema, prepareSchema } from '../../../src/store/driver/schema.js'
import type { Migration, Schema } from '../../../src/store/store.js'

const migrations: readonly Migration[] = [1, 2, 3].map((version) => ({ version, title: `${version}`, statements: [] }))

interface Database {
  version: number
  locked: Promise<unknown>
}

/** A node's schema on a database that all nodes share. */
function schemaOn(database: Database, known = migrations, apply = true): Schema {
  return createSchema<null>({
    database: 'the database',
    migrations: known,
    readVersion: async () => database.version,
    withLock(work) {
      const result = database.locked.then(() => work(null))
      database.locked = result.catch(() => {})
      return result
    },
    async apply(_, { version }) {
      await new Promise(setImmediate)
      database.version = version
      return apply
    },
  })
}

const empty = (): Database => ({ version: 0, locked: Promise.resolve() })

describe('migrations', () => {
  it('are run by one of two nodes that start together, and the other finds nothing to do', async () => {
    const database = empty()

    const ran = await Promise.all([schemaOn(database).migrate(), schemaOn(database).migrate()])

    expect(ran.map((list) => list.length).sort()).toEqual([0, 3])
    expect(database.version).toBe(3)
  })

  it('that another node has recorded are not reported as run by this one', async () => {
    expect(await schemaOn(empty(), migrations, false).migrate()).toEqual([])
  })

  it('of the next version do not disturb, and of two versions ahead are an error', async () => {
    const database = { ...empty(), version: 3 }

    expect(await schemaOn(database, migrations.slice(0, 2)).pending()).toEqual([])
    await expect(schemaOn(database, migrations.slice(0, 1)).pending()).rejects.toThrow(
      'the database has schema version 3, but this version of the library supports at most 2',
    )
  })
})

describe('prepareSchema', () => {
  it('migrates, unless the option is manual: then pending migrations are an error', async () => {
    const database = { ...empty(), version: 1 }

    await expect(prepareSchema(schemaOn(database), 'manual', 'the database')).rejects.toThrow(
      'the schema of the database is 2 migrations behind: run `sessionward migrate`',
    )
    expect(database.version).toBe(1)
    await prepareSchema(schemaOn(database), 'automatic', 'the database')

    expect(database.version).toBe(3)
    await prepareSchema(schemaOn(database), 'manual', 'the database')
  })
})
