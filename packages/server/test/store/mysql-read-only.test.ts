import { beforeAll, describe, expect, test } from 'vitest'
import { owner, session } from '../../src/store/conformance/samples.js'
import { type Store, StoreUnavailableError } from '../../src/store/store.js'
import { need, ownServer, products } from './mysql/products.js'

for (const product of products) {
  describe(`a server of ${product} that takes no writes, as a replica or the primary of yesterday`, async () => {
    await need(product)
    let server: Awaited<ReturnType<typeof ownServer>>
    beforeAll(async () => {
      server = await ownServer(product)
    })

    const switches = ['read_only', ...(product === 'mysql' ? ['super_read_only'] : [])]
    test.each(switches)('by %s is away to whoever reads sessions, and back when it takes them', async (variable) => {
      const admin = server.pool()
      const pool = server.pool()
      const store = server.store({ pool })
      const kept = session()
      await store.sessions.create(kept)
      await admin.query(`SET GLOBAL ${variable} = 1`)

      expect(await answersOf(store, kept.id)).toEqual(Array(5).fill('away'))
      // What it was refused on it gives up: a new connection may lead to the primary.
      const { _allConnections: open } = pool.pool as unknown as {
        readonly _allConnections: { readonly length: number }
      }
      expect(open.length).toBe(0)
      await expect(server.store().now()).rejects.toBeInstanceOf(StoreUnavailableError)

      await admin.query('SET GLOBAL read_only = 0')
      expect((await store.sessions.find(kept.id)).session).toEqual(kept)
      expect(await store.sessions.listBySubject(kept)).toEqual([kept])
      expect(await store.sessions.listBySubject(owner())).toEqual([])
    })
  })
}

/** Whether each verb that reads what must not be old says that the store is away. */
async function answersOf({ sessions, now }: Store, id: string): Promise<readonly string[]> {
  const asked = [
    () => sessions.find(id),
    () => sessions.find('unknown'),
    () => sessions.listBySubject(owner()),
    () => sessions.revokedSince(null),
    () => now(),
  ]
  const said = (error: unknown) => (error instanceof StoreUnavailableError ? 'away' : String(error))
  return Promise.all(asked.map((ask) => ask().then(() => 'answered', said)))
}
