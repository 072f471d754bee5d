import { readFileSync } from 'node:fs'
import type { Migration, Store } from '@sessionward/server'
import { type OpenStoreOptions, openStore, pendingSteps } from '@sessionward/server/store/open'

/** The options of every command that uses a database. */
export const databaseArguments = {
  database: {
    type: 'string',
    description: 'URL of the database, such as sqlite:data/auth.db (or DATABASE_URL, or DATABASE_URL_FILE)',
    default: '',
  },
  schema: { type: 'string', description: 'Schema of the tables, in PostgreSQL' },
  prefix: { type: 'string', description: 'Prefix of the key and collection names, in Redis and MongoDB' },
} as const

/** A database, and the schema or prefix in it. */
export interface DatabaseLocation {
  readonly database: string
  readonly schema?: string | undefined
  readonly prefix?: string | undefined
}

/**
 * Opens the database that a flag or the environment names, and closes it again. Other users of the machine can read the
 * password on a command line: prefer DATABASE_URL, or better DATABASE_URL_FILE.
 */
export async function withDatabase<T>(
  { database, schema, prefix }: DatabaseLocation,
  options: Omit<OpenStoreOptions, 'schema' | 'prefix'>,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(urlOf(database), { ...options, schema, prefix })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** The pending migrations of this database, which is not changed; undefined if this kind of database has no tables. */
export function pendingIn({ database, schema, prefix }: DatabaseLocation): Promise<readonly Migration[] | undefined> {
  return pendingSteps(urlOf(database), { schema, prefix })
}

/** @throws Error if migrations are pending, which is also the case if the name of the database was mistyped. */
export async function requireCurrentSchema(location: DatabaseLocation): Promise<void> {
  const pending = await pendingIn(location)
  if (!pending?.length) return
  throw new Error(
    `the schema of the database is ${pending.length} migration(s) behind: check that it is the restored database. ` +
      'If it is, run `sessionward migrate` first',
  )
}

function urlOf(flag: string): string {
  const { DATABASE_URL: url, DATABASE_URL_FILE: file } = process.env
  const named = flag || url || (file && readFileSync(file, 'utf8').trim())
  if (!named) throw new TypeError('no database was given: set DATABASE_URL or DATABASE_URL_FILE, or use --database')
  return named
}
