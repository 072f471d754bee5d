import { writeJson } from './context.js'
import type { Database } from './database.js'
import { entryColumns, entryOf } from './revocations.js'
import { givenKey, integer, keyColumn, listOf, now, tableOf } from './sql.js'

/** @returns how many sessions were deleted. */
export async function sweep(database: Database, keepFor: number, limit: number): Promise<number> {
  await database.write(sql.deleteRevocations, [String(limit)])
  const age = Math.ceil(keepFor * 1000)
  let deleted = 0
  while (deleted < limit) {
    // A batch at a time, so that a refresh waits for one batch at most.
    const rows = await database.read(sql.toSweep, [age, String(Math.min(limit - deleted, mostAtOnce))])
    if (rows.length === 0) break
    const keys = listOf(rows.map(([key]) => String(key)))
    await keepEntries(database, keys, age)
    deleted += (await database.write(sql.delete, [keys, age])).rows
    await database.write(sql.sweepLater, [keys])
  }
  return deleted
}

/** An entry outlives its session where sessions are kept for less than access tokens live. */
async function keepEntries(database: Database, keys: Buffer, age: number): Promise<void> {
  for (const [writtenAt, ...row] of await database.read(sql.entries, [keys, age])) {
    const entry = entryOf(row)
    await database.write(sql.keep, [Number(writtenAt), entry.expires, writeJson(entry)])
  }
}

const mostAtOnce = 200

const overAt = 'LEAST(s.idle_deadline, s.absolute_deadline, COALESCE(s.ended_at, s.idle_deadline))'
const before = `${now} - ${integer}`
const swept = `${tableOf(keyColumn('$'))} STRAIGHT_JOIN sessionward_sessions AS s ON s.id = ${givenKey}`

const sql = {
  toSweep: `
    SELECT s.id FROM sessionward_sessions AS s WHERE s.sweep_at < ${before} ORDER BY s.sweep_at LIMIT ?`,
  entries: `
    SELECT s.ended_at, ${entryColumns} FROM ${swept}
    WHERE ${overAt} < ${before} AND s.entry_expires > ${now} DIV 1000`,
  // What a refresh has meanwhile given a later deadline is no longer over.
  delete: `DELETE s FROM ${swept} WHERE ${overAt} < ${before}`,
  sweepLater: `UPDATE ${swept} SET s.sweep_at = ${overAt}`,
  keep: 'INSERT INTO sessionward_revocations (id, written_at, expires, entry) VALUES (UUID_SHORT(), ?, ?, ?)',
  deleteRevocations: `
    DELETE FROM sessionward_revocations WHERE expires <= ${now} DIV 1000 ORDER BY expires LIMIT ?`,
}
