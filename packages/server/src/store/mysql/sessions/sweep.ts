import { deleteInBatches } from '../../driver/delete-in-batches.js'
import type { Database } from '../database.js'
import { clock, givenKey, integer, keyColumn, tableOf } from '../sql.js'
import { readText } from '../text.js'
import { entryColumns, entryOf } from './revocations.js'

const batchSize = 200

/** @returns how many sessions were deleted. */
export async function sweep(database: Database, retention: number, limit: number): Promise<number> {
  const age = Math.ceil(retention * 1000)
  await database.write(sql.deleteRevocations, [BigInt(limit)])
  return deleteInBatches(limit, batchSize, async (size) => {
    const rows = await database.read(sql.due, [age, BigInt(size)])
    if (rows.length === 0) return { examined: 0, deleted: 0 }
    const keys = JSON.stringify(rows.map(([key]) => readText(key)))
    // An entry outlives its session where sessions are kept for less time than access tokens live.
    for (const [writtenAt, ...row] of await database.read(sql.entries, [keys, age])) {
      const entry = entryOf(row)
      await database.write(sql.keepEntry, [Number(writtenAt), entry.expires, JSON.stringify(entry)])
    }
    const { count } = await database.write(sql.delete, [keys, age])
    await database.write(sql.sweepLater, [keys])
    return { examined: rows.length, deleted: count }
  })
}

const overAt = 'LEAST(s.idle_deadline, s.absolute_deadline, COALESCE(s.ended_at, s.idle_deadline))'
const before = `${clock} - ${integer}`
const examined = `${tableOf(keyColumn('$'))} STRAIGHT_JOIN sessionward_sessions AS s ON s.id = ${givenKey}`

const sql = {
  due: `
    SELECT s.id FROM sessionward_sessions AS s WHERE s.sweep_at < ${before} ORDER BY s.sweep_at LIMIT ?`,
  entries: `
    SELECT s.ended_at, ${entryColumns} FROM ${examined}
    WHERE ${overAt} < ${before} AND s.entry_expires > ${clock} DIV 1000`,
  // The condition again: a refresh may have moved the deadline meanwhile.
  delete: `DELETE s FROM ${examined} WHERE ${overAt} < ${before}`,
  sweepLater: `UPDATE ${examined} SET s.sweep_at = ${overAt}`,
  keepEntry: 'INSERT INTO sessionward_revocations (id, written_at, expires, entry) VALUES (UUID_SHORT(), ?, ?, ?)',
  deleteRevocations: `
    DELETE FROM sessionward_revocations WHERE expires <= ${clock} DIV 1000 ORDER BY expires LIMIT ?`,
}
