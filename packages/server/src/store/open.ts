import type { Migration, Store } from './store.js'

/** Options of `openStore`. */
export interface OpenStoreOptions {
  /** Whether missing tables are created, or left to `sessionward migrate`. Default `automatic`. */
  readonly migrate?: 'automatic' | 'manual'
  /**
   * `full`: the driver refuses a server that may lose committed changes. `as-configured`: it accepts the server as it is, even
   * a Redis without persistence or one that evicts sessions. Default `full`.
   */
  readonly durability?: 'full' | 'as-configured'
  /** The PostgreSQL schema of the tables. Default: the first of the connection's search path. */
  readonly schema?: string | undefined
  /** Prefix of the key and collection names in Redis and MongoDB. Default: the driver's. */
  readonly prefix?: string | undefined
}

/** Opens one kind of database. The library that talks to it is loaded only here, so that the others need not be installed. */
type Opener = (url: string, options: Settings) => Promise<Store>

type Settings = OpenStoreOptions & Required<Pick<OpenStoreOptions, 'migrate' | 'durability'>>

/**
 * Opens a store by its URL, for commands and examples. An application that has a client of its own hands it to the driver
 * instead: `postgresStore(pool)`.
 *
 * @param url `postgres://`, `mysql://`, `mariadb://`, `mongodb://`, `mongodb+srv://`, `redis://`, `rediss://`,
 * `sqlite:data/auth.db`, or `memory:`.
 * @returns the store; closing it closes the client too.
 * @throws TypeError if the URL is none of these, cannot be parsed, or the database has no such option; Error if the database's
 * library is not installed. No message contains the URL, because it may contain a password.
 */
export async function openStore(url: string, options: OpenStoreOptions = {}): Promise<Store> {
  const scheme = /^([a-z+]+):/.exec(url)?.[1] ?? ''
  const open = Object.hasOwn(openers, scheme) ? openers[scheme] : undefined
  if (!open) {
    throw new TypeError(`the URL of the database must begin with one of ${schemes}`)
  }
  for (const [name, having] of Object.entries(nameOptions)) {
    if (options[name as keyof typeof nameOptions] === undefined || (having as readonly Opener[]).includes(open))
      continue
    throw new TypeError(`${scheme}: does not take the option ${name}`)
  }
  return open(url, { migrate: 'automatic', durability: 'full', ...options })
}

/**
 * The pending migrations of a database, by its URL. Changes nothing: a missing SQLite file is not created.
 *
 * @returns undefined if this kind of database has no tables.
 * @throws as {@link openStore}.
 */
export async function pendingSteps(
  url: string,
  options: Pick<OpenStoreOptions, 'schema' | 'prefix'> = {},
): Promise<readonly Migration[] | undefined> {
  const isNamed = options.schema !== undefined || options.prefix !== undefined
  if (url.startsWith('sqlite:') && !isNamed) {
    return (await import('./sqlite/schema.js')).pendingIn(url.slice('sqlite:'.length))
  }
  const store = await openStore(url, { ...options, migrate: 'manual', durability: 'as-configured' })
  try {
    return await store.schema?.pending()
  } finally {
    await store.close()
  }
}

const postgres: Opener = async (url, { migrate, durability, schema }) => {
  const [{ default: pg }, { postgresStore }] = await Promise.all([
    library('pg', import('pg')),
    import('./postgres/postgres-store.js'),
  ])
  // It reads the URL when it connects. One without a host leads to a socket, which other URLs do not.
  withoutUrlInError(url, () => readable(url.replace('@/', '@socket/')))
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 5000, keepAlive: true })
  // A connection that breaks while nobody uses it is replaced; unheard, the event would end the process.
  pool.on('error', () => {})
  return closeClientAfter(postgresStore({ pool, migrate, durability, ...(schema !== undefined && { schema }) }), () =>
    pool.end(),
  )
}

const mysql: Opener = async (url, { migrate, durability }) => {
  const [{ createPool }, { mysqlStore }] = await Promise.all([
    library('mysql2', import('mysql2/promise')),
    import('./mysql/mysql-store.js'),
  ])
  const pool = withoutUrlInError(url, () => createPool(readable(url).replace(/^mariadb:/, 'mysql:')))
  return closeClientAfter(mysqlStore({ pool, migrate, durability }), () => pool.end())
}

const mongodb: Opener = async (url, { migrate, prefix }) => {
  const [{ MongoClient }, { mongodbStore }] = await Promise.all([
    library('mongodb', import('mongodb')),
    import('./mongodb/mongodb-store.js'),
  ])
  const client = withoutUrlInError(url, () => new MongoClient(url))
  return closeClientAfter(mongodbStore({ db: client.db(), migrate, ...(prefix !== undefined && { prefix }) }), () =>
    client.close(),
  )
}

const redis: Opener = async (url, { durability, prefix }) => {
  const [{ Redis }, { redisStore }] = await Promise.all([
    library('ioredis', import('ioredis')),
    import('./redis/redis-store.js'),
  ])
  const client = withoutUrlInError(url, () => new Redis(readable(url)))
  client.on('error', () => {})
  const store = redisStore({
    client,
    durability,
    allowEviction: durability === 'as-configured',
    ...(prefix !== undefined && { prefix }),
  })
  return closeClientAfter(store, async () => client.disconnect())
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

/** The option of each database for the names of its tables or keys. */
const nameOptions = { schema: [postgres], prefix: [redis, mongodb] } as const satisfies Record<
  string,
  readonly Opener[]
>

/** The schemes, for a message. */
const schemes = Object.keys(openers)
  .map((scheme) => `${scheme}:`)
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' or ')

/** @throws Error that says what to install if the library of a database is missing. */
async function library<T>(name: string, loading: Promise<T>): Promise<T> {
  try {
    return await loading
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error(`the package ${name}, which connects to this database, is not installed: npm install ${name}`)
  }
}

/** Replaces the errors of a library, which quote the URL or parts of it. */
function withoutUrlInError<T>(url: string, make: () => T): T {
  try {
    return make()
  } catch {
    throw unreadable(url)
  }
}

/** @throws TypeError if part of an unescaped password became the path or an option, which are printed later. */
function readable(url: string): string {
  const { pathname, search, hash } = new URL(url)
  if (`${pathname}${search}${hash}`.includes('@')) throw unreadable(url)
  return url
}

function unreadable(url: string): TypeError {
  return new TypeError(
    `the URL of the database, which begins with ${/^[^:]*/.exec(url)![0]}:, cannot be parsed or has an unknown option: in its ` +
      'password, write /, #, ? and @ as %2F, %23, %3F and %40',
  )
}

function closeClientAfter(store: Store, closeClient: () => Promise<void>): Store {
  let closed: Promise<void> | undefined
  return {
    ...store,
    close() {
      closed ??= store.close().then(closeClient)
      return closed
    },
  }
}
