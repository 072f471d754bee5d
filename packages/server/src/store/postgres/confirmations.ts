import type { ConfirmedToken } from '../../session/session.js'
import { createBatch } from '../batch.js'
import { writeSuperseded } from '../session-record.js'
import type { SessionStore } from '../store.js'
import { bigintArray, byteaArray, textArray } from './binary-array.js'
import { clock } from './clock.js'
import type { DriverContext } from './context.js'
import type { Answer, Value } from './database.js'
import { hasNotEnded } from './session-row.js'
import type { Tables } from './tables.js'
import { textOf } from './text.js'

/** What a refresh writes, each under the condition that the confirmed token is still the expected one. */
interface Write {
  readonly id: string
  readonly expectedGeneration: number
  readonly expectedNonce: Uint8Array
  readonly idleDeadline: number
}

interface Confirmation extends Write {
  readonly generation: number
  readonly nonce: Uint8Array
  readonly superseded: Uint8Array
  /** Which of the superseded tokens are dated by the database: a bit for each. */
  readonly undated: number
}

/** The compare-and-sets of the refresh path, those of one event-loop turn in one statement. */
export function confirmations({ ask, tables, batch }: DriverContext): Pick<SessionStore, 'confirm' | 'touch'> {
  const sql = statements(tables)

  function confirmOne(one: Confirmation): Promise<Answer> {
    return ask(sql.confirm, [...conditionOf(one), one.generation, one.nonce, one.superseded, one.undated])
  }

  function confirmAll(all: readonly Confirmation[]): Promise<Answer> {
    return ask(sql.confirmAll, [
      ...conditionsOf(all),
      bigintArray(all.map(({ generation }) => generation)),
      byteaArray(all.map(({ nonce }) => nonce)),
      byteaArray(all.map(({ superseded }) => superseded)),
      bigintArray(all.map(({ undated }) => undated)),
    ])
  }

  const touchOne = (one: Write) => ask(sql.touch, conditionOf(one))
  const touchAll = (all: readonly Write[]) => ask(sql.touchAll, conditionsOf(all))

  const confirm = writer(batch, confirmOne, confirmAll)
  const touch = writer(batch, touchOne, touchAll)

  return {
    async confirm(id, expected, next) {
      const { generation, nonce, superseded, idleDeadline, decidedAt } = next
      const written = await confirm({
        ...writeOf(id, expected, idleDeadline),
        generation,
        nonce: Uint8Array.from(nonce),
        superseded: writeSuperseded(superseded),
        undated: undatedOf(superseded, decidedAt),
      })
      return written ? 'confirmed' : 'lost'
    },

    async touch(id, expected, idleDeadline) {
      return (await touch(writeOf(id, expected, idleDeadline))) ? 'touched' : 'lost'
    },
  }
}

/** Says of each write whether it took place. */
function writer<W extends Write>(
  batch: boolean,
  one: (write: W) => Promise<Answer>,
  all: (writes: readonly W[]) => Promise<Answer>,
): (write: W) => Promise<boolean> {
  const alone = async (write: W) => (await one(write)).count === 1
  async function run(writes: readonly W[]): Promise<readonly boolean[]> {
    if (writes.length === 1) return [await alone(writes[0]!)]
    // Rows are locked in this order, unless the table is a few pages, which are read as they come. Two statements that
    // lock them in different orders wait for each other, until PostgreSQL refuses one after a second.
    const order = [...writes.keys()].sort((a, b) => (writes[a]!.id < writes[b]!.id ? -1 : 1))
    const { rows } = await all(order.map((index) => writes[index]!))
    const written = new Array<boolean>(writes.length).fill(false)
    for (const [position] of rows) written[order[Number(position) - 1]!] = true
    return written
  }
  return batch ? createBatch({ run, keyOf: ({ id }) => id }) : alone
}

/** A copy of what the caller may change while it waits for its turn. */
function writeOf(id: string, expected: Pick<ConfirmedToken, 'generation' | 'nonce'>, idleDeadline: number): Write {
  return {
    id: textOf(id),
    expectedGeneration: expected.generation,
    expectedNonce: Uint8Array.from(expected.nonce),
    idleDeadline,
  }
}

function undatedOf(superseded: ConfirmedToken['superseded'], decidedAt: number | undefined): number {
  return superseded
    .slice(0, mayBeUndated)
    .reduce((bits, { at }, index) => (at === decidedAt ? bits | (1 << index) : bits), 0)
}

function conditionOf({ id, expectedGeneration, expectedNonce, idleDeadline }: Write): Value[] {
  return [id, expectedGeneration, expectedNonce, idleDeadline]
}

function conditionsOf(writes: readonly Write[]): Value[] {
  return [
    textArray(writes.map(({ id }) => id)),
    bigintArray(writes.map(({ expectedGeneration }) => expectedGeneration)),
    byteaArray(writes.map(({ expectedNonce }) => expectedNonce)),
    bigintArray(writes.map(({ idleDeadline }) => idleDeadline)),
  ]
}

/** Superseded tokens that `writeSuperseded` has written: 20 bytes each, their instant in the last 8. */
const token = { length: 20, at: 12 } as const
/** A confirmation supersedes three tokens at most (strict, and ahead); one more may happen to be as old as the decision. */
const mayBeUndated = 4

/**
 * The list with the instant of this write in the tokens that `bits` names. The bytes are changed here and not read,
 * changed and written, which would take a second trip on each refresh. Beyond the end of a shorter list there is
 * nothing to name.
 */
function dated(list: string, bits: string): string {
  let expression = list
  for (let index = 0; index < mayBeUndated; index++) {
    const isUndated = `${bits} & ${1 << index} <> 0`
    const at = `CASE WHEN ${isUndated} THEN float8send(${clock}) ELSE ''::bytea END`
    const length = `CASE WHEN ${isUndated} THEN 8 ELSE 0 END`
    expression = `overlay(${expression} PLACING ${at} FROM ${index * token.length + token.at + 1} FOR ${length})`
  }
  return expression
}

function statements({ sessions }: Tables) {
  const isStill = `id = $1 AND generation = $2::bigint AND nonce = $3::bytea AND ${hasNotEnded}`
  // The planner takes what is asked for ten rows, and after three conditions of which it knows nothing for one: then
  // the index is the best way to it even in a table that had few rows when the plan was made, and the plan is kept.
  const isStillAsked = `
      one.id = asked.id AND one.generation = asked.expected_generation AND one.nonce = asked.expected_nonce
      AND ${hasNotEnded}
      AND asked.expected_generation >= 0 AND asked.idle_deadline >= 0 AND asked.position >= 0`
  const asked = '(SELECT $1::text[]), (SELECT $2::bigint[]), (SELECT $3::bytea[]), (SELECT $4::bigint[])'
  const next = '(SELECT $5::bigint[]), (SELECT $6::bytea[]), (SELECT $7::bytea[]), (SELECT $8::bigint[])'
  const names = 'id, expected_generation, expected_nonce, idle_deadline'
  return {
    confirm: `
      UPDATE ${sessions} SET idle_deadline = greatest(idle_deadline, $4::bigint), generation = $5::bigint,
        nonce = $6::bytea, superseded = ${dated('$7::bytea', '$8::bigint')}
      WHERE ${isStill}`,
    confirmAll: `
      UPDATE ${sessions} AS one SET idle_deadline = greatest(one.idle_deadline, asked.idle_deadline),
        generation = asked.generation, nonce = asked.nonce, superseded = ${dated('asked.superseded', 'asked.undated')}
      FROM unnest(${asked}, ${next}) WITH ORDINALITY
        AS asked (${names}, generation, nonce, superseded, undated, position)
      WHERE ${isStillAsked}
      RETURNING asked.position`,
    touch: `UPDATE ${sessions} SET idle_deadline = greatest(idle_deadline, $4::bigint) WHERE ${isStill}`,
    touchAll: `
      UPDATE ${sessions} AS one SET idle_deadline = greatest(one.idle_deadline, asked.idle_deadline)
      FROM unnest(${asked}) WITH ORDINALITY AS asked (${names}, position)
      WHERE ${isStillAsked}
      RETURNING asked.position`,
  }
}
