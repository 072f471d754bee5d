import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { readable } from '../../../src/store/mongodb/errors.js'
import { failureOf as mysqlFailureOf, unavailable } from '../../../src/store/mysql/errors.js'
import { failureOf } from '../../../src/store/postgres/errors.js'
import { failureOf as redisFailureOf } from '../../../src/store/redis/errors.js'
import { connect } from '../../../src/store/sqlite/database.js'

const password = 'pa?s/s@SeCrEt'
const url = `scheme://auth:${password}@db.example.com/auth`

const drivers = { PostgreSQL: failureOf, MySQL: mysqlFailureOf, 'MySQL, connecting': unavailable, MongoDB: readable }

test.each(Object.entries({ ...drivers, Redis: redisFailureOf }))(
  'a driver error that quotes a URL goes on without its password, in whatever it is logged with: %s',
  (_, wrap) => {
    for (const thrown of [
      new Error(`connect ECONNREFUSED ${url}`),
      new TypeError(`Invalid URL ${url}`),
      Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: url }),
      Object.assign(new Error(`no host of ${url} answers`), { name: 'MongoServerSelectionError' }),
      Object.assign(new Error(`ERR ${url}`), { name: 'ReplyError', errno: 1064, code: '42601' }),
      new Error('connecting failed', { cause: new AggregateError([new Error(url)], url) }),
    ]) {
      const error = wrap(thrown)

      expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(/SeCrEt|pa\?s/)
    }
  },
)

test('an error of a driver keeps the rest of its message, and its stack its lines', () => {
  const { cause } = failureOf(new Error(`connect ECONNREFUSED ${url}`)) as { readonly cause?: unknown }

  expect((cause as Error).message).toBe('connect ECONNREFUSED scheme://***@db.example.com/auth')
  expect((cause as Error).stack).toMatch(/^Error: connect ECONNREFUSED scheme:\/\/\*\*\*@db.example.com\/auth\n +at /)
})

test('an error that is its own cause is handed on too', () => {
  const thrown = new Error(url)
  thrown.cause = thrown

  expect(inspect(failureOf(thrown))).not.toContain('SeCrEt')
})

test('an SQLite engine that quotes the URL of its database does so without its password', () => {
  for (const path of [`http://auth:SeCrEt@127.0.0.1:1/auth`, `/no/such/folder/http://auth:SeCrEt@127.0.0.1`]) {
    const error = (() => {
      try {
        connect(path, 'libsql').exec('SELECT 1')
      } catch (thrown) {
        return thrown
      }
      throw new Error('the database was opened')
    })()

    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('SeCrEt')
  }
})
