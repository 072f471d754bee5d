import { createConnection } from 'mysql2/promise'
import { beforeAll, describe, expect, test } from 'vitest'
import { session } from '../../src/store/conformance/samples.js'
import { StoreUnavailableError } from '../../src/store/store.js'
import { takenDown, testOutages } from '../harness/outages.js'
import { need, ownServer, products } from './mysql/products.js'
import { silentProxy } from './mysql/silent-proxy.js'

for (const product of products) {
  describe(`when ${product} is unavailable`, async () => {
    const here = await need(product)
    let server: Awaited<ReturnType<typeof ownServer>>
    beforeAll(async () => {
      if (!here) return
      server = await ownServer(product)
      await asked("CREATE USER 'app'@'%'", "GRANT ALL ON sessionward.* TO 'app'@'%'")
    })

    testOutages({
      ...takenDown(() => server?.own),
      open: () => server.store({ pool: server.pool({ user: 'app' }), timeout: 1 }),
      async exhaustConnections() {
        await asked("ALTER USER 'app'@'%' WITH MAX_USER_CONNECTIONS 1")
        const held = await server.pool({ user: 'app' }).getConnection()
        const release = async () => {
          held.release()
          await asked("ALTER USER 'app'@'%' WITH MAX_USER_CONNECTIONS 0")
        }
        return { reason: 'ER_USER_LIMIT_REACHED', release }
      },
      async standBy() {
        await asked('SET GLOBAL read_only = 1')
        return () => asked('SET GLOBAL read_only = 0')
      },
      answeredOnStandby: ['events.list', 'events.list of an owner', 'schema.pending'],
    })

    test('on a machine that has gone without notice: unavailable in time, then through a new connection', async () => {
      const { hostname, port } = new URL(server.uri)
      const proxy = await silentProxy({ host: hostname, port: Number(port) })
      const pool = server.pool({ connectionLimit: 1, uri: `mysql://root@127.0.0.1:${proxy.port}/sessionward` })
      const store = server.store({ pool, timeout: 0.3 })
      const kept = session()
      await store.sessions.create(kept)
      proxy.fallSilent()

      await expect(store.sessions.find(kept.id)).rejects.toBeInstanceOf(StoreUnavailableError)

      expect((await store.sessions.find(kept.id)).session).toEqual(kept)
    })

    test('read-only, as a server is that has handed over: unavailable, and the connection is not used again', async () => {
      const pool = server.pool({ connectionLimit: 1 })
      const store = server.store({ pool })
      const kept = session()
      await store.sessions.create(kept)
      const thread = async () => (await pool.query('SELECT CONNECTION_ID() AS id'))[0]
      const before = await thread()
      // An administrator may write all the same, but not in a transaction that only reads.
      await pool.query('SET SESSION TRANSACTION READ ONLY')

      await expect(store.sessions.touch(kept.id, kept, kept.idleDeadline + 1)).rejects.toBeInstanceOf(
        StoreUnavailableError,
      )

      expect(await thread()).not.toEqual(before)
      expect(await store.sessions.touch(kept.id, kept, kept.idleDeadline + 1)).toBe('touched')
    })

    async function asked(...statements: readonly string[]): Promise<void> {
      const connection = await createConnection(server.uri)
      for (const statement of statements) await connection.query(statement)
      await connection.end()
    }
  })
}
