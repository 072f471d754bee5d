import { createRequire } from 'node:module'

/** SQLite as the store gets it: what this runtime has, else libsql. Statements take their parameters as an array. */
export async function openSqlite(path) {
  const builtIn = process.getBuiltinModule?.('node:sqlite')
  if (!builtIn) return new (createRequire(import.meta.url)('libsql'))(path)
  const database = new builtIn.DatabaseSync(path)
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      return { run: (values = []) => statement.run(...values), get: (values = []) => statement.get(...values) }
    },
  }
}
