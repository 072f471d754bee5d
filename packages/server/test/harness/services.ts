import { inject } from 'vitest'
import type { Answer, ServiceName } from '../../../../scripts/services/desk.mjs'
import { chosenStores, type StoreName } from '../../../../scripts/stores.mjs'

/**
 * Whether this run is on that store: STORES says so. A test file that is named after its store (`mysql-races.test.ts`) need
 * not ask, it is collected only for its own; a file for several asks, and declares no test for the others.
 */
export function chosen(name: StoreName): boolean {
  return chosenStores().includes(name)
}

/**
 * A real server for this run, shared by all its files and started by the first that asks. Where there is none, a test is
 * skipped with the reason, so that it is counted:
 *
 *     const postgres = await serviceFor('postgres')
 *     beforeEach(({ skip }) => skip(postgres.missing !== undefined, postgres.missing))
 *
 * @throws in CI when there is none, and everywhere when there is one that does not start
 */
export async function serviceFor(name: ServiceName): Promise<Answer> {
  const answer = await ask<Answer>(name)
  if (process.env.CI && answer.missing !== undefined) throw new Error(answer.missing)
  return answer
}

/** The URL of a new, empty database on the service, for one test file: files run beside one another. */
export async function freshDatabase(name: Exclude<ServiceName, 'redis'>): Promise<string> {
  return (await ask<Database>(`${name}/database`)).url
}

/** Redis, and a prefix for the keys of one test file, which takes the place of a database of its own. */
export async function freshPrefix(): Promise<{ readonly url: string; readonly prefix: string }> {
  const { url, name } = await ask<Database>('redis/database')
  return { url, prefix: `${name}:` }
}

interface Database {
  readonly url: string
  readonly name: string
}

async function ask<T>(what: string): Promise<T> {
  const response = await fetch(`${inject('services')}/${what}`)
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as T
}
