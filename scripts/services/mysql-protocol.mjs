// @ts-check

/**
 * What MySQL and MariaDB have in common: the protocol.
 *
 * @type {Pick<import('./service.mjs').Service, 'url' | 'identify' | 'createDatabase' | 'dropDatabases'>}
 */
export const mysqlProtocol = {
  url: (port) => `mysql://root@127.0.0.1:${port}`,

  identify: (url) =>
    connected(url, async (query) => {
      const [row] = await query('SELECT @@version AS version, @@datadir AS folder')
      return { version: String(row?.version).split('-')[0] ?? '', folder: String(row?.folder).replace(/\/$/, '') }
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
      const rows = await query(
        `SELECT schema_name AS name FROM information_schema.schemata WHERE LEFT(schema_name, ${prefix.length}) = '${prefix}'`,
      )
      for (const { name } of rows) await query(`DROP DATABASE \`${name}\``)
    }),
}

/**
 * @template T
 * @param {string} url
 * @param {(query: (sql: string) => Promise<Record<string, unknown>[]>) => Promise<T>} work
 */
async function connected(url, work) {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ uri: url, connectTimeout: 5000 })
  // Without a listener an error on an idle connection ends the process.
  connection.on('error', () => {})
  try {
    return await work(async (sql) => {
      const [rows] = await connection.query(sql)
      return /** @type {Record<string, unknown>[]} */ (rows)
    })
  } finally {
    await connection.end()
  }
}
