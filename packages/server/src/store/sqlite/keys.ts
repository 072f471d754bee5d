import type { KeyStore, SigningKey } from '../store.js'
import { type DriverContext, readJson } from './context.js'
import type { Row } from './database.js'

export function sqliteKeys({ connection, group, now }: DriverContext): KeyStore {
  return {
    async list() {
      return group.read(() => connection.all(sql.list, []).map(readKey))
    },

    async create(key) {
      const { kid, algorithm, state, since, createdAt, sealedPrivateKey } = key
      const origin = JSON.stringify({ kid, algorithm, publicKey: key.publicKey, createdAt })
      const values = [kid, algorithm, state, since, createdAt, sealedPrivateKey, origin]
      const created = await group.write(() => connection.run(sql.create, values))
      return created === 1 ? 'created' : 'taken'
    },

    async rotate({ current, next }) {
      return group.write(() => {
        // In this order: there is never a moment with two current keys.
        if (!connection.get(sql.pair, [current, next])) return 'lost'
        const since = now()
        connection.run(sql.move, ['retired', since, current])
        connection.run(sql.move, ['current', since, next])
        return 'rotated'
      })
    },

    async deleteRetired(retention) {
      const before = now() - retention * 1000
      return group.write(() => connection.run(sql.deleteRetired, [before]))
    },
  }
}

function readKey(row: Row): SigningKey {
  return {
    ...readJson<Pick<SigningKey, 'kid' | 'algorithm' | 'publicKey' | 'createdAt'>>(row.key),
    state: row.state as SigningKey['state'],
    since: row.since as number,
    sealedPrivateKey: row.sealed as Uint8Array,
  }
}

const sql = {
  list: 'SELECT key, state, since, sealed FROM keys ORDER BY created_at',
  create: `
    INSERT INTO keys (kid, algorithm, state, since, created_at, sealed, key) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING`,
  pair: `
    SELECT 1 FROM keys AS current JOIN keys AS next USING (algorithm)
    WHERE current.kid = ? AND current.state = 'current' AND next.kid = ? AND next.state = 'next'`,
  move: 'UPDATE keys SET state = ?, since = ? WHERE kid = ?',
  deleteRetired: `DELETE FROM keys WHERE state = 'retired' AND since < ?`,
}
