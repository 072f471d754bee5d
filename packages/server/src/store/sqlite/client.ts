import { createRequire } from 'node:module'

/** The library that opens a SQLite file. */
export type Engine = 'node:sqlite' | 'libsql'

/** What SQLite stores. It has no booleans. */
export type Value = string | number | null | Uint8Array

/** The methods that node:sqlite and libsql have in common. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): Statement
  close(): unknown
}

export interface Statement {
  get(parameters: readonly Value[]): object | undefined
  all(parameters: readonly Value[]): object[]
  run(parameters: readonly Value[]): { readonly changes: number | bigint }
}

type Opener = (path: string, readOnly: boolean) => SqliteDatabase

/**
 * How to open a database with an engine.
 *
 * @param engine Default: `node:sqlite` where this runtime has it, else `libsql`.
 * @throws Error where the engine is missing, naming what to install.
 */
export function findEngine(engine?: Engine): Opener {
  const opener = engine ? loaders[engine]() : (loadNodeSqlite() ?? loadLibsql())
  if (!opener) throw new Error(`${engine ?? 'an SQLite engine'} is missing: ${installation}`)
  return opener
}

const installation = 'run on Node 22.13 or later, which has node:sqlite, or `npm install libsql`'

const loaders: Record<Engine, () => Opener | undefined> = { 'node:sqlite': loadNodeSqlite, libsql: loadLibsql }

/** Loaded by name at run time, because a static import fails on runtimes without the module. */
function loadNodeSqlite(): Opener | undefined {
  const module = process.getBuiltinModule?.('node:sqlite') as unknown as
    | { DatabaseSync: new (path: string, options: { readonly readOnly: boolean }) => VariadicDatabase }
    | undefined
  return module && ((path, readOnly) => withArrayParameters(new module.DatabaseSync(path, { readOnly })))
}

function loadLibsql(): Opener | undefined {
  try {
    // libsql takes parameters one by one as well, but a lone Buffer then aborts the process: arrays only.
    const Libsql = createRequire(import.meta.url)('libsql') as new (
      path: string,
      options: { readonly readonly: boolean },
    ) => Raw
    return (path, readOnly) => withNamedColumns(new Libsql(path, { readonly: readOnly }))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** node:sqlite takes parameters one by one. */
interface VariadicDatabase {
  exec(sql: string): unknown
  prepare(sql: string): {
    get(...parameters: readonly Value[]): object | undefined
    all(...parameters: readonly Value[]): object[]
    run(...parameters: readonly Value[]): { readonly changes: number | bigint }
  }
  close(): unknown
}

function withArrayParameters(database: VariadicDatabase): SqliteDatabase {
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      return {
        get: (parameters) => statement.get(...parameters.map(bindable)),
        all: (parameters) => statement.all(...parameters.map(bindable)),
        run: (parameters) => statement.run(...parameters.map(bindable)),
      }
    },
    close: () => database.close(),
  }
}

/** Node 22 binds an empty array as NULL once its `buffer` has been read. */
function bindable(value: Value): Value {
  return value instanceof Uint8Array && value.length === 0 ? new Uint8Array(0) : value
}

/** libsql, as far as we use it. */
interface Raw {
  exec(sql: string): unknown
  prepare(sql: string): Statement & {
    /** Whether it answers rows. */
    readonly reader: boolean
    columns(): readonly { readonly name: string }[]
    raw(on: true): {
      get(parameters: readonly Value[]): readonly Value[] | undefined
      all(parameters: readonly Value[]): (readonly Value[])[]
    }
  }
  close(): unknown
}

/**
 * Rows are fetched as arrays and named here: libsql makes its own objects member by member from Rust, which takes twice as
 * long, and adds a `_metadata` of its own to them.
 */
function withNamedColumns(database: Raw): SqliteDatabase {
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      if (!statement.reader) return statement
      const names = statement.columns().map(({ name }) => name)
      const rows = statement.raw(true)
      const named = (values: readonly Value[]) => {
        const row: Record<string, Value> = {}
        for (let index = 0; index < names.length; index++) row[names[index]!] = values[index]!
        return row
      }
      return {
        get(parameters) {
          const values = rows.get(parameters)
          return values && named(values)
        },
        all: (parameters) => rows.all(parameters).map(named),
        run: (parameters) => statement.run(parameters),
      }
    },
    close: () => database.close(),
  }
}
