import type { ConfirmedToken } from '../../../session/session.js'
import { createBatch } from '../../driver/batch.js'
import { writeConfirmation } from '../../driver/superseded.js'
import type { SessionStore } from '../../store.js'
import { bigintArray, byteaArray, textArray } from '../binary-array.js'
import { clock } from '../clock.js'
import type { DriverContext } from '../context.js'
import type { QueryResult, Value } from '../database.js'
import type { Tables } from '../tables.js'
import { textOf } from '../text.js'
import { hasNotEnded } from './session-row.js'

/** A write of the refresh path, on the condition that the confirmed token is still the expected one. */
interface Touch {
  readonly id: string
  readonly expectedGeneration: number
  readonly expectedNonce: Uint8Array
  readonly idleDeadline: number
}

interface Confirmation extends Touch {
  readonly generation: number
  readonly nonce: Uint8Array
  readonly superseded: Uint8Array
}

/** The compare-and-sets of the refresh path, those of one event-loop turn in one statement. */
export function confirmations({ query, tables, batch }: DriverContext): Pick<SessionStore, 'confirm' | 'touch'> {
  const sql = statements(tables)

  const confirmOne = (one: Confirmation) =>
    query(sql.confirm, [...conditionOf(one), one.generation, one.nonce, one.superseded])
  const confirmAll = (all: readonly Confirmation[]) =>
    query(sql.confirmAll, [
      ...conditionsOf(all),
      bigintArray(all.map(({ generation }) => generation)),
      byteaArray(all.map(({ nonce }) => nonce)),
      byteaArray(all.map(({ superseded }) => superseded)),
    ])
  const touchOne = (one: Touch) => query(sql.touch, conditionOf(one))
  const touchAll = (all: readonly Touch[]) => query(sql.touchAll, conditionsOf(all))

  const confirm = compareAndSet(batch, confirmOne, confirmAll)
  const touch = compareAndSet(batch, touchOne, touchAll)

  return {
    async confirm(id, expected, next) {
      const { generation, nonce, idleDeadline } = next
      const superseded = writeConfirmation(next)
      const written = await confirm({
        ...touchOf(id, expected, idleDeadline),
        generation,
        nonce: Uint8Array.from(nonce),
        superseded,
      })
      return written ? 'confirmed' : 'lost'
    },

    async touch(id, expected, idleDeadline) {
      return (await touch(touchOf(id, expected, idleDeadline))) ? 'touched' : 'lost'
    },
  }
}

/** Says of each write whether it took place. */
function compareAndSet<W extends Touch>(
  batch: boolean,
  runOne: (write: W) => Promise<QueryResult>,
  runAll: (writes: readonly W[]) => Promise<QueryResult>,
): (write: W) => Promise<boolean> {
  const alone = async (write: W) => (await runOne(write)).count === 1
  async function run(writes: readonly W[]): Promise<readonly boolean[]> {
    if (writes.length === 1) return [await alone(writes[0]!)]
    // Rows are locked in this order, unless the table is a few pages, which are read as they come. Two statements that
    // lock them in different orders wait for each other, until PostgreSQL refuses one after a second.
    const order = [...writes.keys()].sort((a, b) => (writes[a]!.id < writes[b]!.id ? -1 : 1))
    const { rows } = await runAll(order.map((index) => writes[index]!))
    const written = new Array<boolean>(writes.length).fill(false)
    for (const [position] of rows) written[order[Number(position) - 1]!] = true
    return written
  }
  return batch ? createBatch({ run, keyOf: ({ id }) => id }) : alone
}

/** A copy, because the caller may change what it passed in while the write waits for its turn. */
function touchOf(id: string, expected: Pick<ConfirmedToken, 'generation' | 'nonce'>, idleDeadline: number): Touch {
  return {
    id: textOf(id),
    expectedGeneration: expected.generation,
    expectedNonce: Uint8Array.from(expected.nonce),
    idleDeadline,
  }
}

function conditionOf({ id, expectedGeneration, expectedNonce, idleDeadline }: Touch): Value[] {
  return [id, expectedGeneration, expectedNonce, idleDeadline]
}

function conditionsOf(writes: readonly Touch[]): Value[] {
  return [
    textArray(writes.map(({ id }) => id)),
    bigintArray(writes.map(({ expectedGeneration }) => expectedGeneration)),
    byteaArray(writes.map(({ expectedNonce }) => expectedNonce)),
    bigintArray(writes.map(({ idleDeadline }) => idleDeadline)),
  ]
}

function statements({ sessions }: Tables) {
  const isStill = `id = $1 AND generation = $2::bigint AND nonce = $3::bytea AND ${hasNotEnded}`
  // The planner expects ten rows of an array, and one after three conditions that it cannot estimate: then it chooses the
  // index even in a table that had few rows when the plan was made, and the plan is kept.
  const isStillGiven = `
      one.id = given.id AND one.generation = given.expected_generation AND one.nonce = given.expected_nonce
      AND ${hasNotEnded}
      AND given.expected_generation >= 0 AND given.idle_deadline >= 0 AND given.position >= 0`
  const conditions = '(SELECT $1::text[]), (SELECT $2::bigint[]), (SELECT $3::bytea[]), (SELECT $4::bigint[])'
  const next = '(SELECT $5::bigint[]), (SELECT $6::bytea[]), (SELECT $7::bytea[])'
  const names = 'id, expected_generation, expected_nonce, idle_deadline'
  return {
    confirm: `
      UPDATE ${sessions} SET idle_deadline = greatest(idle_deadline, $4::bigint), generation = $5::bigint,
        nonce = $6::bytea, superseded = $7::bytea, superseded_at = ${clock}
      WHERE ${isStill}`,
    confirmAll: `
      UPDATE ${sessions} AS one SET idle_deadline = greatest(one.idle_deadline, given.idle_deadline),
        generation = given.generation, nonce = given.nonce, superseded = given.superseded,
        superseded_at = ${clock}
      FROM unnest(${conditions}, ${next}) WITH ORDINALITY
        AS given (${names}, generation, nonce, superseded, position)
      WHERE ${isStillGiven}
      RETURNING given.position`,
    touch: `UPDATE ${sessions} SET idle_deadline = greatest(idle_deadline, $4::bigint) WHERE ${isStill}`,
    touchAll: `
      UPDATE ${sessions} AS one SET idle_deadline = greatest(one.idle_deadline, given.idle_deadline)
      FROM unnest(${conditions}) WITH ORDINALITY AS given (${names}, position)
      WHERE ${isStillGiven}
      RETURNING given.position`,
  }
}
