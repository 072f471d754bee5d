import { createHash } from 'node:crypto'
import type { PostgresPool, PostgresQuery, PostgresResult } from './client.js'
import { within } from './deadline.js'
import { failureOf, isFleeting, isLostStatement } from './errors.js'

/** The texts of the columns, in their order. */
export type Row = readonly (string | null)[]

/** What PostgreSQL is given. Bytes in binary, everything else as text. */
export type Value = string | number | boolean | null | Uint8Array

export interface Answer {
  readonly rows: readonly Row[]
  /** How many rows were written or read. */
  readonly count: number
}

/** Asks one statement. */
export type Ask = (sql: string, values: readonly Value[]) => Promise<Answer>

export interface Manner {
  /** Seconds to wait for an answer. */
  readonly timeout: number
  /** Whether statements are named, and so planned once for each connection. */
  readonly prepare: boolean
}

/** How often a statement that lost against another, and would succeed now, is asked again. */
const attempts = 4

/** Asks on whichever connection is free. Each statement is a transaction of its own. */
export function askOn(pool: PostgresPool, { timeout, prepare }: Manner): Ask {
  let named = prepare
  return async (sql, values) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return answerOf(await within(timeout, pool.query(questionOf(sql, values, timeout, named))))
      } catch (error) {
        if (attempt < attempts && named && isLostStatement(error)) {
          // A pooler in transaction mode stands between: whatever was prepared was so on another connection.
          named = false
        } else if (attempt === attempts || !isFleeting(error)) throw failureOf(error)
      }
    }
  }
}

export function questionOf(sql: string, values: readonly Value[], timeout: number, named: boolean): PostgresQuery {
  return {
    text: sql,
    values: values as unknown[],
    rowMode: 'array',
    types: asText,
    query_timeout: timeout * 1000,
    ...(named && { name: nameOf(sql) }),
  }
}

export function answerOf({ rows, rowCount }: PostgresResult): Answer {
  return { rows: rows as readonly Row[], count: rowCount ?? 0 }
}

/** Ours, because an application may have changed what the client makes of a type for all its queries. */
const asText = { getTypeParser: () => (text: string) => text }

const names = new Map<string, string>()

/**
 * The same for the same statement on every node: behind a pooler another node's may be met, and must be no other
 * statement.
 */
function nameOf(sql: string): string {
  const known = names.get(sql)
  if (known) return known
  const name = `sessionward_${createHash('sha256').update(sql).digest('base64url').slice(0, 22)}`
  names.set(sql, name)
  return name
}
