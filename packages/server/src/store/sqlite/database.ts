import { type Engine, findEngine, type Statement, type Value } from './client.js'
import { withTranslatedErrors } from './errors.js'

/** A row by column name. Bytes are Uint8Array, whatever the engine makes of them. */
export type Row = Readonly<Record<string, Value>>

/**
 * What the driver uses of an SQLite engine, all of it synchronous. Statements are prepared once and kept.
 *
 * Strings that people may choose are never read from a column of their own but as JSON: libsql cuts a string at its first NUL.
 */
export interface Connection {
  exec(sql: string): void
  get(sql: string, parameters: readonly Value[]): Row | undefined
  all(sql: string, parameters: readonly Value[]): readonly Row[]
  /** @returns how many rows were changed. */
  run(sql: string, parameters: readonly Value[]): number
  close(): void
}

/** Opens a database file. */
export function connect(path: string, engine?: Engine, { readOnly = false } = {}): Connection {
  const open = findEngine(engine)
  const database = withTranslatedErrors(() => open(path, readOnly))
  const statements = new Map<string, Statement>()

  function prepared(sql: string): Statement {
    const kept = statements.get(sql)
    if (kept) return kept
    const statement = database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  return {
    exec: (sql) => withTranslatedErrors(() => void database.exec(sql)),
    get: (sql, parameters) => withTranslatedErrors(() => rowOf(prepared(sql).get(parameters))),
    all: (sql, parameters) =>
      withTranslatedErrors(() =>
        prepared(sql)
          .all(parameters)
          .map((row) => rowOf(row)!),
      ),
    run: (sql, parameters) => withTranslatedErrors(() => Number(prepared(sql).run(parameters).changes)),
    close: () => void database.close(),
  }
}

/** The row is not shared yet, so its bytes are changed in place. */
function rowOf(found: object | undefined): Row | undefined {
  if (found === undefined) return undefined
  const row = found as Record<string, Value | ArrayBuffer>
  for (const name in row) {
    const value = row[name]!
    if (typeof value === 'object') row[name] = bytesOf(value)
  }
  return row as Row
}

function bytesOf(value: ArrayBuffer | Uint8Array | null): Uint8Array | null {
  if (value === null) return null
  return value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}
