import type { KeyStore, SigningKey } from '../store.js'
import { type DriverContext, readJson, textOf, writeJson } from './context.js'
import type { Row } from './database.js'
import { isDuplicate } from './faults.js'
import { integer, now, readingNow } from './sql.js'
import { keyOf } from './text-key.js'

export function mysqlKeys({ database }: DriverContext): KeyStore {
  return {
    async list() {
      const rows = await database.readOnPrimary(sql.list)
      return rows.filter(([, state]) => state !== null).map(([, ...row]) => readKey(row))
    },

    async create(key) {
      const { kid, algorithm, state, since, createdAt, publicKey } = key
      const facts = [
        since,
        createdAt,
        Buffer.from(key.sealedPrivateKey),
        writeJson({ kid, algorithm, publicKey, createdAt }),
      ]
      try {
        await database.write(sql.create, [keyOf(kid), slotOf(key), Buffer.from(state), ...facts])
        return 'created'
      } catch (error) {
        if (isDuplicate(error)) return 'taken'
        throw error
      }
    },

    async rotate(change) {
      const kids = { current: keyOf(change.current), next: keyOf(change.next) }
      return database.transaction(async (on) => {
        // Held until the end: what is found true of the two stays so.
        const rows = await on.read(sql.pair, [kids.current, kids.next])
        const at = Number(rows[0]?.[0])
        const keys = rows.map(([, ...row]) => readKey(row))
        const current = keys.find(({ kid, state }) => kid === change.current && state === 'current')
        const next = keys.find(({ kid, state }) => kid === change.next && state === 'next')
        if (current === undefined || next === undefined || current.algorithm !== next.algorithm) return 'lost'
        // In this order: there is never a moment with two current keys.
        await on.write(sql.move, [null, Buffer.from('retired'), at, kids.current])
        await on.write(sql.move, [slotOf({ ...next, state: 'current' }), Buffer.from('current'), at, kids.next])
        return 'rotated'
      })
    },

    async deleteRetired(keepFor) {
      return (await database.write(sql.deleteRetired, [Math.ceil(keepFor * 1000)])).rows
    },
  }
}

/** Of what an algorithm may have one key at a time. */
function slotOf({ algorithm, state }: Pick<SigningKey, 'algorithm' | 'state'>): Buffer | null {
  return state === 'retired' ? null : keyOf(`${state} ${algorithm}`)
}

function readKey([state, since, sealed, facts]: Row): SigningKey {
  return {
    ...readJson<Pick<SigningKey, 'kid' | 'algorithm' | 'publicKey' | 'createdAt'>>(facts),
    state: textOf(state) as SigningKey['state'],
    since: Number(since),
    sealedPrivateKey: new Uint8Array(sealed as Buffer),
  }
}

const columns = 'state, since, sealed, origin'

const sql = {
  list: `
    SELECT clock.at, ${columns} FROM (SELECT ${readingNow} AS at) AS clock
    LEFT JOIN sessionward_keys ON TRUE ORDER BY created_at`,
  create: `
    INSERT INTO sessionward_keys (kid, slot, state, since, created_at, sealed, origin) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  pair: `SELECT ${now}, ${columns} FROM sessionward_keys WHERE kid IN (?, ?) ORDER BY kid FOR UPDATE`,
  move: 'UPDATE sessionward_keys SET slot = ?, state = ?, since = ? WHERE kid = ?',
  deleteRetired: `DELETE FROM sessionward_keys WHERE state = 'retired' AND since < ${now} - ${integer}`,
}
