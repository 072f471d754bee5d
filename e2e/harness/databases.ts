import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type ServiceName, startOwnService } from '../../scripts/services/start.mjs'
import { chosenStores, type StoreName } from '../../scripts/stores.mjs'

/** Servers that several nodes can share, configured so that no committed write is lost. */
const servers = {
  postgres: { args: ['-c', 'fsync=on'], database: 'sessionward' },
  mariadb: { args: ['--innodb-flush-log-at-trx-commit=1'], database: 'sessionward' },
  redis: { args: ['--appendonly', 'yes', '--appendfsync', 'always'], database: '' },
} as const satisfies Partial<Record<ServiceName, object>>

type ServerName = keyof typeof servers

/**
 * A story of several nodes takes up to half a minute on each store. A plain `npm test` runs it on one of them, and
 * `npm run test:all` on the others, as STORES does.
 */
const isAsked = process.env.STORES !== undefined

/** Stores of this run that are servers. */
export const chosenServers = chosenStores()
  .filter(isServer)
  .filter((name) => isAsked || name === 'postgres')

/** Stores of this run that several nodes can share. */
export const sharedStores = chosenStores()
  .filter((name) => name === 'sqlite' || isServer(name))
  .filter((name) => isAsked || name === 'sqlite')

type Own = Extract<Awaited<ReturnType<typeof startOwnService>>, { own: object }>['own']

interface DatabaseServer {
  /** Of an empty database, as `openStore` reads it. */
  readonly url: string
  readonly process: Own
}

/** A server of this story's own; where there is none, the story is skipped, and in CI that fails the run. */
export async function ownServer(name: ServerName, skip: (reason: string) => never): Promise<DatabaseServer> {
  const { args, database } = servers[name]
  const started = await startOwnService(name, { args })
  if (started.missing !== undefined) return skip(started.missing)
  onTestFinished(() => started.stop())
  return { url: await started.createDatabase(database), process: started.own }
}

/** The URL of an empty database that several nodes can share. */
export async function sharedDatabase(name: 'sqlite' | ServerName, skip: (reason: string) => never): Promise<string> {
  if (name === 'sqlite') return `sqlite:${join(newFolder(), 'auth.db')}`
  return (await ownServer(name, skip)).url
}

function isServer(name: StoreName): name is ServerName {
  return Object.hasOwn(servers, name)
}

/** A folder that goes with the story. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
