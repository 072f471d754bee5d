import type { KeyStore, SigningKey } from '../store.js'
import { before, clock, readClock, readingClock } from './clock.js'
import { type DriverContext, readJson } from './context.js'
import type { Row } from './database.js'
import type { Tables } from './tables.js'
import { keyOf } from './text.js'

export function postgresKeys({ query, tables }: DriverContext): KeyStore {
  const sql = statements(tables)
  return {
    async list() {
      const { rows } = await query(sql.list, [])
      readClock(rows[0]![0])
      return rows.filter((row) => row[1] !== null).map(readKey)
    },

    async create(key) {
      const { kid, algorithm, state, since, publicKey, createdAt, sealedPrivateKey } = key
      const origin = JSON.stringify({ kid, algorithm, publicKey, createdAt })
      const values = [keyOf(kid), keyOf(algorithm), state, since, createdAt, sealedPrivateKey, origin]
      const { count } = await query(sql.create, values)
      return count === 1 ? 'created' : 'taken'
    },

    async rotate({ current, next }) {
      const { count } = await query(sql.rotate, [keyOf(current), keyOf(next)])
      return count === 1 ? 'rotated' : 'lost'
    },

    async deleteRetired(retention) {
      const { count } = await query(sql.deleteRetired, [retention])
      return count
    },
  }
}

function readKey([, origin, state, since, sealed]: Row): SigningKey {
  return {
    ...readJson<Pick<SigningKey, 'kid' | 'algorithm' | 'publicKey' | 'createdAt'>>(origin),
    state: state as SigningKey['state'],
    since: Number(since),
    sealedPrivateKey: new Uint8Array(Buffer.from(sealed!, 'hex')),
  }
}

function statements({ keys }: Tables) {
  return {
    list: `
      SELECT clock.now, origin, state, since, encode(sealed, 'hex')
      FROM (SELECT ${readingClock} AS now) AS clock LEFT JOIN ${keys} ON true ORDER BY created_at`,
    create: `
      INSERT INTO ${keys} (kid, algorithm, state, since, created_at, sealed, origin) VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT DO NOTHING`,
    // In this order, which the second update takes from the first: there is never a moment with two current keys. Both
    // rows are locked before, and checked again after a wait for a lock.
    rotate: `
      WITH pair AS MATERIALIZED (
        SELECT one.kid AS retiring, other.kid AS rising, ${clock} AS now
        FROM ${keys} AS one JOIN ${keys} AS other USING (algorithm)
        WHERE one.kid = $1 AND one.state = 'current' AND other.kid = $2 AND other.state = 'next' FOR UPDATE),
      retired AS (
        UPDATE ${keys} SET state = 'retired', since = pair.now FROM pair WHERE kid = pair.retiring
        RETURNING pair.rising, pair.now)
      UPDATE ${keys} SET state = 'current', since = retired.now FROM retired WHERE kid = retired.rising`,
    deleteRetired: `
      DELETE FROM ${keys} WHERE state = 'retired' AND since < (SELECT ${before('$1')})`,
  }
}
