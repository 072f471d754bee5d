import type { Session } from '../../../session/session.js'
import { createBatch } from '../../driver/batch.js'
import type { SessionStore } from '../../store.js'
import { textArray } from '../binary-array.js'
import { readClock, readingClock } from '../clock.js'
import type { DriverContext } from '../context.js'
import type { Tables } from '../tables.js'
import { textOf } from '../text.js'
import { readRow, sessionColumns } from './session-row.js'

interface Found {
  readonly session: Session | null
  readonly now: number
}

/** Reads sessions by id, those of one event-loop turn in one statement. */
export function findSessions({ query, tables, batch }: DriverContext): SessionStore['find'] {
  const sql = statements(tables)

  async function findOne(id: string): Promise<Found> {
    const { rows } = await query(sql.find, [id])
    const [row] = rows
    return { now: readClock(row![0]), session: readRow(row!, 1) }
  }

  async function findAll(ids: readonly string[]): Promise<readonly Found[]> {
    if (ids.length === 1) return [await findOne(ids[0]!)]
    const { rows } = await query(sql.findAll, [textArray(ids)])
    const found = new Array<Found>(ids.length)
    for (const row of rows) found[Number(row[0]) - 1] = { now: readClock(row[1]), session: readRow(row, 2) }
    return found
  }

  const find = batch ? createBatch({ run: findAll }) : findOne
  return (id) => find(textOf(id))
}

function statements({ sessions }: Tables) {
  return {
    find: `
      SELECT clock.now, ${sessionColumns}
      FROM (SELECT ${readingClock} AS now) AS clock LEFT JOIN ${sessions} ON id = $1`,
    // OFFSET 0 keeps the planner from merging the subquery into a join: the index answers it for each id, even in a plan that
    // was made while the table was small.
    findAll: `
      SELECT given.position, ${readingClock}, found.*
      FROM unnest((SELECT $1::text[])) WITH ORDINALITY AS given (id, position)
      LEFT JOIN LATERAL (
        SELECT ${sessionColumns} FROM ${sessions} AS one WHERE one.id = given.id OFFSET 0) AS found ON true`,
  }
}
