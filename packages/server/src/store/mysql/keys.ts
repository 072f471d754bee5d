import type { KeyStore, SigningKey } from '../store.js'
import type { Database, Row } from './database.js'
import { clock, integer, oneRow, readingClock } from './sql.js'
import { keyOf, readJson, readText } from './text.js'

export function mysqlKeys(database: Database): KeyStore {
  return {
    async list() {
      const rows = await database.readOnPrimary(sql.list)
      const keys = rows.filter(([, state]) => state !== null).map(([, ...row]) => readKey(row))
      return keys.sort((one, other) => one.createdAt - other.createdAt)
    },

    async create(key) {
      const { kid, algorithm, state, since, createdAt, publicKey, sealedPrivateKey } = key
      const origin = JSON.stringify({ kid, algorithm, publicKey, createdAt })
      // A copy: the caller may change the bytes while the statement waits for a connection.
      const sealed = Buffer.from(sealedPrivateKey)
      const values = [keyOf(kid), uniqueStateOf(key), state, since, createdAt, sealed, origin]
      return (await database.insert(sql.create, values)) ? 'created' : 'taken'
    },

    rotate(change) {
      const kids = { current: keyOf(change.current), next: keyOf(change.next) }
      return database.transaction(async (on) => {
        // Both rows stay locked until the end of the transaction.
        const rows = await on.read(sql.pair, [kids.current, kids.next])
        const now = Number(rows[0]?.[0])
        const keys = rows.map(([, ...row]) => readKey(row))
        const current = keys.find(({ kid, state }) => kid === change.current && state === 'current')
        const next = keys.find(({ kid, state }) => kid === change.next && state === 'next')
        if (!current || !next || current.algorithm !== next.algorithm) return 'lost'
        // In this order: there is never a moment with two current keys.
        await on.write(sql.move, [null, 'retired', now, kids.current])
        await on.write(sql.move, [uniqueStateOf({ ...next, state: 'current' }), 'current', now, kids.next])
        return 'rotated'
      })
    },

    async deleteRetired(retention) {
      return (await database.write(sql.deleteRetired, [Math.ceil(retention * 1000)])).count
    },
  }
}

/** Unique: an algorithm has one key at a time that is current, and one that is next. */
function uniqueStateOf({ algorithm, state }: Pick<SigningKey, 'algorithm' | 'state'>): string | null {
  return state === 'retired' ? null : keyOf(`${state} ${algorithm}`)
}

function readKey([state, since, sealed, origin]: Row): SigningKey {
  return {
    ...readJson<Pick<SigningKey, 'kid' | 'algorithm' | 'publicKey' | 'createdAt'>>(origin),
    state: readText(state) as SigningKey['state'],
    since: Number(since),
    sealedPrivateKey: new Uint8Array(sealed as Buffer),
  }
}

const columns = 'state, since, sealed, origin'

const sql = {
  list: `
    SELECT ${readingClock}, ${columns} FROM ${oneRow}
    LEFT JOIN sessionward_keys ON TRUE`,
  create: `
    INSERT INTO sessionward_keys (kid, slot, state, since, created_at, sealed, origin) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  pair: `SELECT ${clock}, ${columns} FROM sessionward_keys WHERE kid IN (?, ?) ORDER BY kid FOR UPDATE`,
  move: 'UPDATE sessionward_keys SET slot = ?, state = ?, since = ? WHERE kid = ?',
  deleteRetired: `DELETE FROM sessionward_keys WHERE state = 'retired' AND since < ${clock} - ${integer}`,
}
