import { withoutUrlPasswords } from '../driver/driver-error.js'
import { StoreUnavailableError } from '../store.js'
import { type Engine, findEngine, type Statement, type Value } from './engine.js'

/** A row by column name. Bytes are Uint8Array, whatever the engine makes of them. */
export type Row = Readonly<Record<string, Value>>

/**
 * The little that we ask of an SQLite engine, all of it synchronous. Statements are prepared once and kept.
 *
 * Texts that people may choose are never read from a column of their own but as JSON: libsql cuts a text at its first NUL.
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
  const database = guarded(() => open(path, readOnly))
  const statements = new Map<string, Statement>()

  function prepared(sql: string): Statement {
    const kept = statements.get(sql)
    if (kept) return kept
    const statement = database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  return {
    exec: (sql) => guarded(() => void database.exec(sql)),
    get: (sql, parameters) => guarded(() => rowOf(prepared(sql).get(parameters))),
    all: (sql, parameters) =>
      guarded(() =>
        prepared(sql)
          .all(parameters)
          .map((row) => rowOf(row)!),
      ),
    run: (sql, parameters) => guarded(() => Number(prepared(sql).run(parameters).changes)),
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

function guarded<T>(act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    const error = withoutUrlPasswords(thrown)
    if (!isFaultOfOurs(error)) throw unavailable(error)
    throw error
  }
}

/** Whether another process has locked the database. */
export function isBusy(error: unknown): boolean {
  return error instanceof StoreUnavailableError && resultCodeOf(error.cause) === busy
}

const busy = 5

/**
 * Primary result codes (sqlite.org/rescode.html) about the statement and not about the database: ERROR, TOOBIG,
 * CONSTRAINT, MISMATCH, MISUSE, RANGE. All others (BUSY, IOERR, FULL, READONLY, CORRUPT, ...) mean that it cannot answer.
 */
const faultsOfOurs: ReadonlySet<number> = new Set([1, 18, 19, 20, 21, 25])

function isFaultOfOurs(error: unknown): boolean {
  const code = resultCodeOf(error)
  return code === undefined || faultsOfOurs.has(code)
}

/** The low byte of an extended result code: node:sqlite calls it `errcode`, libsql `rawCode`. */
function resultCodeOf(error: unknown): number | undefined {
  const { errcode, rawCode } = (error ?? {}) as { errcode?: unknown; rawCode?: unknown }
  const code = errcode ?? rawCode
  return typeof code === 'number' ? code & 0xff : undefined
}

function unavailable(error: unknown): StoreUnavailableError {
  return new StoreUnavailableError(`SQLite is unavailable: ${(error as Error).message}`, { cause: error })
}
