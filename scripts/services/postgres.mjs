// @ts-check
import { dirname, join } from 'node:path'
import { findExecutable, programFolders, versionFolders } from './executables.mjs'

/** @type {import('./service.mjs').Service} */
export const postgres = {
  title: 'PostgreSQL',
  variable: 'PG_URL',
  example: 'postgres://user@host/database',
  debian: ['postgresql'],
  image: {
    name: 'postgres:17-alpine',
    port: 5432,
    args: ['-c', 'fsync=off'],
    environment: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
  },

  find() {
    // Debian keeps them beside one another, by version and out of PATH.
    const folders = programFolders(versionFolders('/usr/lib/postgresql').map((folder) => join(folder, 'bin')))
    const initdb = findExecutable('initdb', folders)
    const server = initdb && findExecutable('postgres', [dirname(initdb), ...folders])
    if (!initdb || !server) return null
    return {
      accounts: ['postgres'],
      prepare: ({ data }) => [
        initdb,
        '-D',
        data,
        '-A',
        'trust',
        '-U',
        'postgres',
        '-E',
        'UTF8',
        '--locale=C',
        '--no-sync',
      ],
      command: ({ data, port }) => [
        ...[
          server,
          '-D',
          data,
          '-p',
          String(port),
          '-c',
          'listen_addresses=127.0.0.1',
          '-c',
          'unix_socket_directories=',
        ],
        // It survives a crash of the process, not of the machine, which is all that a test can bring about.
        ...['-c', 'fsync=off', '-c', 'max_connections=300'],
      ],
      // "Fast": SIGTERM would wait for the clients.
      signal: 'SIGINT',
    }
  },

  url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,

  identify: (url) =>
    connected(url, async (query) => {
      const [row] = await query(
        "SELECT current_setting('server_version') AS version, current_setting('data_directory') AS folder",
      )
      return { version: String(row?.version).split(' ')[0] ?? '', folder: String(row?.folder) }
    }),

  createDatabase: (url, name) =>
    connected(url, async (query) => {
      await query(`CREATE DATABASE ${name}`)
      const own = new URL(url)
      own.pathname = `/${name}`
      return own.href
    }),

  dropDatabases: (url, prefix) =>
    connected(url, async (query) => {
      const rows = await query(`SELECT datname FROM pg_database WHERE starts_with(datname, '${prefix}')`)
      for (const { datname } of rows) await query(`DROP DATABASE "${datname}" WITH (FORCE)`)
    }),
}

/**
 * @template T
 * @param {string} url
 * @param {(query: (sql: string) => Promise<Record<string, unknown>[]>) => Promise<T>} work
 */
async function connected(url, work) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  // Without a listener an error on an idle connection ends the process.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(async (sql) => (await client.query(sql)).rows)
  } finally {
    await client.end()
  }
}
