import { readFileSync } from 'node:fs'
import type { Store } from '@sessionward/server'
import { type OpenStoreOptions, openStore } from '@sessionward/server/store/open'

/** The option that every command on a database has. */
export const databaseArgument = {
  type: 'string',
  description: 'URL of the database, such as sqlite:data/auth.db (or DATABASE_URL, or DATABASE_URL_FILE)',
  default: '',
} as const

/**
 * Opens the database that a flag or the environment names, and closes it again. On a command line others can read a
 * password; DATABASE_URL is the better place, and DATABASE_URL_FILE the best.
 */
export async function withDatabase<T>(
  flag: string,
  options: OpenStoreOptions,
  act: (store: Store) => Promise<T>,
): Promise<T> {
  const { DATABASE_URL: url, DATABASE_URL_FILE: file } = process.env
  const named = flag || url || (file && readFileSync(file, 'utf8').trim())
  if (!named) throw new TypeError('no database is named: set DATABASE_URL or DATABASE_URL_FILE, or give --database')
  const store = await openStore(named, options)
  try {
    return await act(store)
  } finally {
    await store.close()
  }
}
