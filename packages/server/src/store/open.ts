import type { Store } from './store.js'

export interface OpenStoreOptions {
  /** Whether missing tables are made, or left to `sessionward migrate`. Default `automatic`. */
  readonly migrate?: 'automatic' | 'manual'
  /**
   * `full`: the driver refuses a server that may lose what it has answered. `as-configured`: it takes the server as it is, a
   * Redis that keeps nothing or evicts sessions too. Default `full`.
   */
  readonly durability?: 'full' | 'as-configured'
}

/** Opens one kind of database. The library that talks to it is loaded only here, so that the others need not be installed. */
type Opener = (url: string, options: Required<OpenStoreOptions>) => Promise<Store>

/**
 * Opens a store by its URL, for commands and examples. An application that has a client of its own hands it to the driver
 * instead: `postgresStore(pool)`.
 *
 * @param url `postgres://`, `mysql://`, `mariadb://`, `mongodb://`, `mongodb+srv://`, `redis://`, `rediss://`,
 * `sqlite:data/auth.db`, or `memory:`.
 * @returns the store; closing it closes the client too.
 * @throws TypeError where the URL is none of these; it never holds the URL, where a password may stand.
 */
export async function openStore(url: string, options: OpenStoreOptions = {}): Promise<Store> {
  const scheme = /^([a-z+]+):/.exec(url)?.[1] ?? ''
  const open = Object.hasOwn(openers, scheme) ? openers[scheme] : undefined
  if (!open) {
    throw new TypeError(`the URL of the database must begin with one of ${schemes}`)
  }
  return open(url, { migrate: 'automatic', durability: 'full', ...options })
}

const postgres: Opener = async (url, { migrate, durability }) => {
  const [{ default: pg }, { postgresStore }] = await Promise.all([import('pg'), import('./postgres/postgres-store.js')])
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 5000, keepAlive: true })
  // A connection that breaks while nobody uses it is replaced; unheard, the event would end the process.
  pool.on('error', () => {})
  return closingWith(postgresStore({ pool, migrate, durability }), () => pool.end())
}

const mysql: Opener = async (url, { migrate, durability }) => {
  const [{ createPool }, { mysqlStore }] = await Promise.all([
    import('mysql2/promise'),
    import('./mysql/mysql-store.js'),
  ])
  const pool = createPool(url.replace(/^mariadb:/, 'mysql:'))
  return closingWith(mysqlStore({ pool, migrate, durability }), () => pool.end())
}

const mongodb: Opener = async (url, { migrate }) => {
  const [{ MongoClient }, { mongodbStore }] = await Promise.all([
    import('mongodb'),
    import('./mongodb/mongodb-store.js'),
  ])
  const client = new MongoClient(url)
  return closingWith(mongodbStore({ db: client.db(), migrate }), () => client.close())
}

const redis: Opener = async (url, { durability }) => {
  const [{ Redis }, { redisStore }] = await Promise.all([import('ioredis'), import('./redis/redis-store.js')])
  const client = new Redis(url)
  client.on('error', () => {})
  const store = redisStore({ client, durability, allowEviction: durability === 'as-configured' })
  return closingWith(store, async () => client.disconnect())
}

const sqlite: Opener = async (url, { migrate }) => {
  const { sqliteStore } = await import('./sqlite/sqlite-store.js')
  return sqliteStore({ path: url.slice('sqlite:'.length), migrate })
}

const openers: Readonly<Record<string, Opener>> = {
  postgres,
  postgresql: postgres,
  mysql,
  mariadb: mysql,
  mongodb,
  'mongodb+srv': mongodb,
  redis,
  rediss: redis,
  sqlite,
  memory: async () => (await import('./memory/memory-store.js')).memoryStore(),
}

/** For a message. */
const schemes = Object.keys(openers)
  .map((scheme) => `${scheme}:`)
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' or ')

function closingWith(store: Store, closeClient: () => Promise<void>): Store {
  let closed: Promise<void> | undefined
  return {
    ...store,
    close() {
      closed ??= store.close().then(closeClient)
      return closed
    },
  }
}
