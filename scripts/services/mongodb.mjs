// @ts-check

const postgres = '/usr/lib/postgresql/18/bin'
const extensions = ['pg_cron', 'pg_documentdb_core', 'pg_documentdb', 'pg_documentdb_extended_rum']
const documentDb =
  "a MongoDB-compatible engine, which says nothing of MongoDB's own failover, retry labels and read concern"

/** @type {import('./service.mjs').Service} */
export const mongodb = {
  title: 'MongoDB',
  variable: 'MONGODB_URL',
  example: 'mongodb://host',
  debian: [],
  image: { name: 'mongo:7', port: 27017, args: ['--replSet', 'rs0'], url: direct, afterStart: initiate },

  find: () => null,

  // Debian has no MongoDB. It has DocumentDB, in the suite after the stable one.
  chroot: {
    suite: 'forky',
    packages: ['postgresql-18-documentdb', 'dash'],
    links: [['postgis-3.control', 'usr/share/postgresql/18/extension/postgis.control']],
    programs: {
      accounts: [],
      prepare: ({ data }) => [
        ...[`${postgres}/initdb`, '-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync'],
      ],
      command: ({ data, innerPort }) => [
        ...[`${postgres}/postgres`, '-D', data, '-p', String(innerPort), '-c', 'listen_addresses=127.0.0.1'],
        ...['-c', 'unix_socket_directories=', '-c', 'fsync=off', '-c', 'max_connections=120'],
        ...['-c', `shared_preload_libraries=${extensions.join(',')}`, '-c', 'cron.database_name=postgres'],
        // Jobs as workers: as connections they would look for a socket.
        ...['-c', 'cron.use_background_workers=on', '-c', 'max_worker_processes=20'],
        // Some commands come back by a connection of their own; the chroot has no file that says where localhost is.
        ...['-c', 'documentdb.localhost_connection_string=host=127.0.0.1'],
        // Otherwise a cursor lives in one connection, and the gateway has many.
        ...['-c', 'documentdb.useFileBasedPersistedCursors=on'],
        // As MongoDB's transactionLifetimeLimitSeconds.
        ...['-c', 'idle_in_transaction_session_timeout=60s'],
      ],
      signal: 'SIGINT',
      front: openGateway,
    },
  },

  // No write is sent twice: the gateway would not know the second from the first, as MongoDB does.
  url: (port) => `${direct(port)}&retryWrites=false`,

  identify: (url) =>
    connected(url, async (client) => {
      const admin = client.db('admin')
      const { version, documentdb } = await admin.command({ buildInfo: 1 })
      // Of a server that is not ours it may be a secret.
      const { parsed } = await admin.command({ getCmdLineOpts: 1 }).catch(() => ({ parsed: {} }))
      const folder = parsed?.storage?.dbPath ?? ''
      return documentdb ? { version: `DocumentDB ${documentdb}`, folder, note: documentDb } : { version, folder }
    }),

  async createDatabase(url, name) {
    const own = new URL(url)
    own.pathname = `/${name}`
    return own.href
  },

  dropDatabases: (url, prefix) =>
    connected(url, async (client) => {
      const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true })
      for (const { name } of databases) if (name.startsWith(prefix)) await client.db(name).dropDatabase()
    }),
}

/** @param {number} port */
function direct(port) {
  return `mongodb://127.0.0.1:${port}/?directConnection=true`
}

/** @param {import('./service.mjs').Place} place */
async function openGateway({ port, innerPort }) {
  const [{ default: pg }, { DocumentDbGateway }] = await Promise.all([import('pg'), import('./documentdb/gateway.mjs')])
  const url = `postgres://postgres@127.0.0.1:${innerPort}/postgres`
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query("SET client_min_messages = 'warning'; CREATE EXTENSION IF NOT EXISTS documentdb CASCADE")
    await client.query('CREATE EXTENSION IF NOT EXISTS documentdb_extended_rum CASCADE')
  } finally {
    await client.end()
  }
  const gateway = new DocumentDbGateway({ port, postgres: url })
  await gateway.open()
  return gateway
}

/** Makes the one server a replica set, which transactions need. @param {string} url */
function initiate(url) {
  return connected(url, async (client) => {
    const admin = client.db('admin')
    const { setName } = await admin.command({ hello: 1 })
    if (!setName) await admin.command({ replSetInitiate: {} })
    const { isWritablePrimary } = await admin.command({ hello: 1 })
    if (!isWritablePrimary) throw new Error('it has not elected itself yet')
  })
}

/**
 * @template T
 * @param {string} url
 * @param {(client: import('mongodb').MongoClient) => Promise<T>} work
 */
async function connected(url, work) {
  const { MongoClient } = await import('mongodb')
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5000, connectTimeoutMS: 5000 })
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.close()
  }
}
