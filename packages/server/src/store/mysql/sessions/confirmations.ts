import type { ConfirmedToken } from '../../../session/session.js'
import { createBatch } from '../../driver/batch.js'
import { writeConfirmation } from '../../driver/superseded.js'
import { type SessionStore, StoreUnavailableError } from '../../store.js'
import type { Database } from '../database.js'
import { clock, givenKey, keyColumn, tableOf } from '../sql.js'
import { keyOf } from '../text.js'
import { newMark } from './session-row.js'

/** The key of the session, the token that it must still have, and what is written. */
type Write = readonly [key: string, ...values: readonly (string | number)[]]

/** The compare-and-sets of the refresh path, those of one event-loop turn in one statement. */
export function confirmations(database: Database): Pick<SessionStore, 'confirm' | 'touch'> {
  const confirm = compareAndSet(database, sql.confirm, { isRepeatable: false })
  const touch = compareAndSet(database, sql.touch, { isRepeatable: true })

  return {
    async confirm(id, expected, next) {
      const values = [next.generation, hexOf(next.nonce), hexOf(writeConfirmation(next)), next.idleDeadline]
      return (await confirm([...conditionOf(id, expected), ...values])) ? 'confirmed' : 'lost'
    },

    async touch(id, expected, idleDeadline) {
      return (await touch([...conditionOf(id, expected), idleDeadline])) ? 'touched' : 'lost'
    },
  }
}

/**
 * Says of each write whether it took place. The statement answers how many did, which mostly is all of them, or none of one;
 * otherwise the rows with the mark of the statement tell which.
 */
function compareAndSet(
  database: Database,
  statement: string,
  { isRepeatable }: { readonly isRepeatable: boolean },
): (write: Write) => Promise<boolean> {
  async function run(writes: readonly Write[]): Promise<readonly boolean[]> {
    const mark = newMark()
    // All nodes lock rows in the same order, so that no two wait for each other.
    const ordered = [...writes].sort(([one], [other]) => (one < other ? -1 : 1))
    const { count } = await database.write(statement, [JSON.stringify(ordered), mark])
    if (count === 0 || count === writes.length) return writes.map(() => count > 0)
    const marked = await database.read(sql.marked, [JSON.stringify(writes.map(([key]) => key)), mark])
    if (marked.length === count) {
      const positions = new Set(marked.map(([position]) => Number(position)))
      return writes.map((_, index) => positions.has(index + 1))
    }
    // A row that another statement has written since lost its mark, so that a write without a mark may have taken place.
    if (!isRepeatable) throw new StoreUnavailableError('MySQL did not report which confirmations took place')
    return (await Promise.all(writes.map((write) => run([write])))).flat()
  }

  return createBatch({ run, keyOf: ([key]) => key })
}

function conditionOf(id: string, { generation, nonce }: Pick<ConfirmedToken, 'generation' | 'nonce'>): Write {
  return [keyOf(id), generation, hexOf(nonce)]
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

const expectedColumns = `${keyColumn('$[0]')}, generation BIGINT PATH '$[1]',
      nonce VARCHAR(64) CHARACTER SET utf8mb4 PATH '$[2]'`

const isStill = 's.generation = given.generation AND s.nonce = UNHEX(given.nonce) AND s.ended_at IS NULL'

// The mark changes at each write, because pools differ in whether an update that changes nothing in a row counts it. The
// join reads the list in its order.
const sql = {
  confirm: `
    UPDATE ${tableOf(`${expectedColumns}, next_generation BIGINT PATH '$[3]',
      next_nonce VARCHAR(64) CHARACTER SET utf8mb4 PATH '$[4]',
      superseded VARCHAR(2048) CHARACTER SET utf8mb4 PATH '$[5]', idle_deadline BIGINT PATH '$[6]'`)}
    STRAIGHT_JOIN sessionward_sessions AS s ON s.id = ${givenKey}
    SET s.generation = given.next_generation, s.nonce = UNHEX(given.next_nonce),
      s.superseded = UNHEX(given.superseded), s.superseded_at = ${clock},
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
