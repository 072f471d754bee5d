import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { type PostgresStoreOptions, postgresStore } from '../../src/store/postgres/index.js'
import { StoreUnavailableError } from '../../src/store/store.js'

describe('at the door', () => {
  const pool = new pg.Pool()

  test.each<[string, unknown]>([
    ['pool must be a pg.Pool, with query() and connect()', undefined],
    ['pool must be a pg.Pool, with query() and connect()', {}],
    ['pool must be a pg.Pool, with query() and connect()', 'postgres://localhost'],
    ['pool must be a pg.Pool, with query() and connect()', { pool: new Map() }],
    ['pool must be a pg.Pool and no client, which does one thing at a time', new pg.Client()],
    ['schema must be a name of 1 to 63 bytes', { pool, schema: '' }],
    ['schema must be a name of 1 to 63 bytes', { pool, schema: 'ä'.repeat(32) }],
    ['timeout must be a number of seconds, up to 3600', { pool, timeout: 0 }],
    ['timeout must be a number of seconds, up to 3600', { pool, timeout: Number.NaN }],
    ['timeout must be a number of seconds, up to 3600', { pool, timeout: '5' }],
    ['timeout must be a number of seconds, up to 3600', { pool, timeout: 5000 }],
    ['migrate must be automatic or manual', { pool, migrate: true }],
    ['batch must be true or false', { pool, batch: 200 }],
    ['prepare must be true or false', { pool, prepare: 'never' }],
    ['relay must be notify or none', { pool, relay: null }],
    ['durability must be full or as-configured', { pool, durability: true }],
  ])('%s', (expected, options) => {
    expect(() => postgresStore(options as PostgresStoreOptions)).toThrow(new TypeError(`postgresStore: ${expected}`))
  })

  test('an option that is not known is named', () => {
    expect(() => postgresStore({ pool, prepared: false } as PostgresStoreOptions)).toThrow(
      'unknown option `postgresStore.prepared`; did you mean `postgresStore.prepare`?',
    )
  })
})

test('an error tells neither where the database is nor who may use it, and says what the network did', async () => {
  const pool = new pg.Pool({ connectionString: 'postgres://somebody:secret@127.0.0.1:1/private' })
  const error: Error = await postgresStore(pool)
    .now()
    .catch((reason) => reason)

  expect(error).toBeInstanceOf(StoreUnavailableError)
  expect(error.message).toBe('PostgreSQL cannot answer: ECONNREFUSED')
  expect(error.cause).toBeInstanceOf(Error)
  expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toMatch(/secret|somebody|private/)
})

test('a pool that breaks while nobody uses it does not end the process', () => {
  const pool = new pg.Pool()
  const store = postgresStore(pool)

  expect(pool.emit('error', new Error('it broke'))).toBe(true)
  expect(store.relay).toBeDefined()
})
