import { randomBytes } from 'node:crypto'
import { dateSupersessions } from '../../session/rotation.js'
import { writeSuperseded } from '../driver/session-record.js'
import { type SessionStore, StoreUnavailableError } from '../store.js'
import type { Database } from './database.js'
import { undated } from './session-rows.js'
import { givenKey, keyColumn, listOf, now, tableOf } from './sql.js'
import { textKeyOf } from './text-key.js'

/** A session, what it must still be, and what it is to be. First its key. */
type Change = readonly [key: string, ...values: readonly (string | number)[]]

export function confirmations(database: Database): SessionStore['confirm'] {
  const confirm = changes(database, sql.confirm)
  return async (id, expected, next) => {
    const superseded = writeSuperseded(dateSupersessions(next.superseded, next.decidedAt, undated))
    const values = [next.generation, hexOf(next.nonce), hexOf(superseded), next.idleDeadline] as const
    const done = await confirm([textKeyOf(id), expected.generation, hexOf(expected.nonce), ...values])
    return done ? 'confirmed' : 'lost'
  }
}

export function touches(database: Database): SessionStore['touch'] {
  const touch = changes(database, sql.touch, { repeatable: true })
  return async (id, expected, idleDeadline) => {
    const done = await touch([textKeyOf(id), expected.generation, hexOf(expected.nonce), idleDeadline])
    return done ? 'touched' : 'lost'
  }
}

/**
 * Conditional changes of one kind: all that one event-loop turn asks for are one statement. It answers how many took place,
 * which mostly is all of them, or none of one. Else the mark of the batch tells which.
 */
function changes(
  database: Database,
  statement: string,
  { repeatable = false } = {},
): (change: Change) => Promise<boolean> {
  return database.grouped({ run, keyOf: ([key]) => key })

  async function run(batch: readonly Change[]): Promise<readonly boolean[]> {
    const mark = randomBytes(16)
    // In one order on all nodes, so that no two wait for each other.
    const { rows } = await database.write(statement, [listOf([...batch].sort(byKey)), mark])
    if (rows === 0 || rows === batch.length) return batch.map(() => rows > 0)
    return winnersOf(batch, rows, mark)
  }

  async function winnersOf(batch: readonly Change[], count: number, mark: Buffer): Promise<readonly boolean[]> {
    const marked = await database.read(sql.marked, [listOf(batch.map(([key]) => key)), mark])
    // A winner whose session was written again in this moment has no mark any more. The losers are not known then.
    if (marked.length !== count) {
      if (!repeatable) throw new StoreUnavailableError('MySQL did not report which confirmations took place')
      // Each alone: of one it is known.
      return (await Promise.all(batch.map((change) => run([change])))).flat()
    }
    const won = batch.map(() => false)
    for (const [position] of marked) won[Number(position) - 1] = true
    return won
  }
}

function byKey([one]: Change, [other]: Change): number {
  return one < other ? -1 : 1
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

const expectedColumns = `${keyColumn('$[0]')}, generation BIGINT PATH '$[1]',
      nonce VARCHAR(64) CHARACTER SET utf8mb4 PATH '$[2]'`

const isStill = 's.generation = given.generation AND s.nonce = UNHEX(given.nonce) AND s.ended_at IS NULL'

// The mark changes each time: an update that leaves all as it was counts on some pools and not on others. The join goes
// through the list in its order.
const sql = {
  confirm: `
    UPDATE ${tableOf(`${expectedColumns}, next_generation BIGINT PATH '$[3]',
      next_nonce VARCHAR(64) CHARACTER SET utf8mb4 PATH '$[4]',
      superseded VARCHAR(2048) CHARACTER SET utf8mb4 PATH '$[5]', idle_deadline BIGINT PATH '$[6]'`)}
    STRAIGHT_JOIN sessionward_sessions AS s ON s.id = ${givenKey}
    SET s.generation = given.next_generation, s.nonce = UNHEX(given.next_nonce),
      s.superseded = UNHEX(given.superseded), s.superseded_at = ${now},
      s.idle_deadline = GREATEST(s.idle_deadline, given.idle_deadline), s.mark = ?
    WHERE ${isStill}`,
  touch: `
    UPDATE ${tableOf(`${expectedColumns}, idle_deadline BIGINT PATH '$[3]'`)}
    STRAIGHT_JOIN sessionward_sessions AS s ON s.id = ${givenKey}
    SET s.idle_deadline = GREATEST(s.idle_deadline, given.idle_deadline), s.mark = ?
    WHERE ${isStill}`,
  marked: `
    SELECT given.position FROM ${tableOf(`position FOR ORDINALITY, ${keyColumn('$')}`)}
    JOIN sessionward_sessions AS s ON s.id = ${givenKey} AND s.mark = ?`,
}
