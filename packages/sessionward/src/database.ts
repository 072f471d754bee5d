import { readFileSync } from 'node:fs'
import type { Migration, Store } from '@sessionward/server'
import { type OpenStoreOptions, openStore, pendingSteps } from '@sessionward/server/store/open'

/** The options that every command on a database has. */
export const databaseArguments = {
  database: {
    type: 'string',
    description: 'URL of the database, such as sqlite:data/auth.db (or DATABASE_URL, or DATABASE_URL_FILE)',
    default: '',
  },
  schema: { type: 'string', description: 'Schema of the tables, in PostgreSQL' },
  prefix: { type: 'string', description: 'What the names begin with, in Redis and MongoDB' },
} as const

/** Which database, and where in it. */
export interface Place {
  readonly database: string
  readonly schema?: string | undefined
  readonly prefix?: string | undefined
}

/**
 * Opens the database that a flag or the environment names, and closes it again. On a command line others can read a
 * password; DATABASE_URL is the better place, and DATABASE_URL_FILE the best.
 */
export async function withDatabase<T>(
  { database, schema, prefix }: Place,
  options: Omit<OpenStoreOptions, 'schema' | 'prefix'>,
  act: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(urlOf(database), { ...options, schema, prefix })
  try {
    return await act(store)
  } finally {
    await store.close()
  }
}

/** The steps that this database lacks, which is not changed for it; nothing where it has no tables to make. */
export function pendingIn({ database, schema, prefix }: Place): Promise<readonly Migration[] | undefined> {
  return pendingSteps(urlOf(database), { schema, prefix })
}

/** @throws Error where the database lacks tables, as one does whose name was mistyped. */
export async function refuseUnmade(place: Place): Promise<void> {
  const lacking = await pendingIn(place)
  if (!lacking?.length) return
  throw new Error(
    `the schema of the database is ${lacking.length} migration(s) behind: is it the one that was restored? ` +
      'If it is, run `sessionward migrate` first',
  )
}

function urlOf(flag: string): string {
  const { DATABASE_URL: url, DATABASE_URL_FILE: file } = process.env
  const named = flag || url || (file && readFileSync(file, 'utf8').trim())
  if (!named) throw new TypeError('no database is named: set DATABASE_URL or DATABASE_URL_FILE, or give --database')
  return named
}
