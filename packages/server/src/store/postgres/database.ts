import { createHash } from 'node:crypto'
import { withTimeout } from '../driver/with-timeout.js'
import type { PostgresPool, PostgresQuery, PostgresResult } from './client.js'
import { failureOf, isLostStatement, isTransient } from './errors.js'

/** The columns as strings, in their order. */
export type Row = readonly (string | null)[]

/** A parameter. Bytes are sent in binary, everything else as text. */
export type Value = string | number | boolean | null | Uint8Array

export interface QueryResult {
  readonly rows: readonly Row[]
  /** How many rows were written or read. */
  readonly count: number
}

/** Runs one statement. */
export type Query = (sql: string, values: readonly Value[]) => Promise<QueryResult>

export interface QueryOptions {
  /** Seconds to wait for an answer. */
  readonly timeout: number
  /** Whether statements are named, and so planned once for each connection. */
  readonly prepare: boolean
}

/** How often a statement that lost against another, and would succeed now, is run. */
const maxAttempts = 4

/** Queries on whichever connection is free. Each statement is a transaction of its own. */
export function queryOn(pool: PostgresPool, { timeout, prepare }: QueryOptions): Query {
  let named = prepare
  return async (sql, values) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = pool.query(statementOf(sql, values, timeout, named))
        return resultOf(await withTimeout(timeout, 'PostgreSQL', answer))
      } catch (error) {
        if (attempt < maxAttempts && named && isLostStatement(error)) {
          // A pooler in transaction mode is between: the statement was prepared on another connection.
          named = false
        } else if (attempt === maxAttempts || !isTransient(error)) throw failureOf(error)
      }
    }
  }
}

export function statementOf(sql: string, values: readonly Value[], timeout: number, named: boolean): PostgresQuery {
  return {
    text: sql,
    values: values as unknown[],
    rowMode: 'array',
    types: asText,
    query_timeout: timeout * 1000,
    ...(named && { name: nameOf(sql) }),
  }
}

export function resultOf({ rows, rowCount }: PostgresResult): QueryResult {
  return { rows: rows as readonly Row[], count: rowCount ?? 0 }
}

/** Set for each query, because an application may have changed the client's parsers for all its queries. */
const asText = { getTypeParser: () => (text: string) => text }

const names = new Map<string, string>()

/** The same name for the same statement on every node, because behind a pooler they share server connections. */
function nameOf(sql: string): string {
  const known = names.get(sql)
  if (known) return known
  const name = `sessionward_${createHash('sha256').update(sql).digest('base64url').slice(0, 22)}`
  names.set(sql, name)
  return name
}
