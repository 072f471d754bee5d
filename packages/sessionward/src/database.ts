import { readFileSync } from 'node:fs'
import type { Migration, Store } from '@sessionward/server'
import { type OpenStoreOptions, openStore, pendingSteps } from '@sessionward/server/store/open'

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
  const store = await openStore(urlOf(flag), options)
  try {
    return await act(store)
  } finally {
    await store.close()
  }
}

/** The steps that this database lacks, which is not changed for it; nothing where it has no tables to make. */
export function pendingIn(flag: string): Promise<readonly Migration[] | undefined> {
  return pendingSteps(urlOf(flag))
}

/** @throws Error where the database lacks tables, as one does whose name was mistyped. */
export async function refuseUnmade(flag: string): Promise<void> {
  const lacking = await pendingIn(flag)
  if (!lacking?.length) return
  throw new Error(
    `the database lacks ${lacking.length} step(s) of the schema: is it the one that was restored? ` +
      'If it is, run `sessionward migrate` first',
  )
}

function urlOf(flag: string): string {
  const { DATABASE_URL: url, DATABASE_URL_FILE: file } = process.env
  const named = flag || url || (file && readFileSync(file, 'utf8').trim())
  if (!named) throw new TypeError('no database is named: set DATABASE_URL or DATABASE_URL_FILE, or give --database')
  return named
}
