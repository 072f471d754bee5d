import { beforeAll, describe, expect, test } from 'vitest'
import { account, owner, session, signingKey } from '../../src/store/conformance/samples.js'
import { type Account, type Store, StoreUnavailableError } from '../../src/store/store.js'
import { need, ownServer, products } from './mysql/products.js'

for (const product of products) {
  describe(`a server of ${product} that takes no writes, as a replica or the primary of yesterday`, async () => {
    const here = await need(product)
    let server: Awaited<ReturnType<typeof ownServer>>
    beforeAll(async () => {
      if (here) server = await ownServer(product)
    })

    const switches = ['read_only', ...(product === 'mysql' ? ['super_read_only'] : [])]
    test.each(switches)(
      'by %s is unavailable to whoever reads what must not be old, and back when it takes writes',
      async (variable) => {
        const admin = server.pool()
        const pool = server.pool()
        const store = server.store({ pool })
        const kept = session()
        const person = account({ scope: 'admin' })
        const key = signingKey()
        await store.sessions.create(kept)
        await store.accounts.create(person)
        await store.keys.create(key)
        await admin.query(`SET GLOBAL ${variable} = 1`)

        const answers = await answersOf(store, kept.id, person)
        expect(answers).toEqual(Object.fromEntries(Object.keys(answers).map((verb) => [verb, 'away'])))
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
        expect(await Promise.all([person, owner()].map(store.accounts.find))).toEqual([person, null])
        expect(await store.accounts.findByUsername(person.tenant, person.usernameKey)).toEqual(person)
        expect(await store.accounts.findByUsername(person.tenant, 'nobody')).toBeNull()
        expect(await store.accounts.hasScope('admin')).toBe(true)
        expect(await store.accounts.hasScope('nothing')).toBe(false)
        expect(await store.keys.list()).toContainEqual(key)
      },
    )
  })
}

/** Whether each verb that reads what must not be old says that the store is unavailable. */
async function answersOf(store: Store, id: string, person: Account): Promise<Readonly<Record<string, string>>> {
  const { sessions, accounts, keys, counters, events, now } = store
  const asked: Record<string, () => Promise<unknown>> = {
    'sessions.find': () => sessions.find(id),
    'sessions.find of one that is not there': () => sessions.find('unknown'),
    'sessions.listBySubject': () => sessions.listBySubject(owner()),
    'sessions.revokedSince': () => sessions.revokedSince(null),
    'accounts.find': () => accounts.find(person),
    'accounts.find of one that is not there': () => accounts.find(owner()),
    'accounts.findByUsername': () => accounts.findByUsername(person.tenant, person.usernameKey),
    'accounts.findByUsername of one that is not there': () => accounts.findByUsername('', 'nobody'),
    'accounts.hasScope': () => accounts.hasScope('admin'),
    'accounts.hasScope of a word that nobody has': () => accounts.hasScope('nothing'),
    'keys.list': () => keys.list(),
    'counters.add of nothing': () => counters.add('unknown', 0, 60),
    'events.list': () => events.list({ limit: 1 }),
    'events.list of a person without any': () => events.list({ owner: owner(), limit: 1 }),
    now: () => now(),
  }
  const said = (error: unknown) => (error instanceof StoreUnavailableError ? 'away' : String(error))
  const answers = Object.entries(asked).map(async ([verb, ask]) => [verb, await ask().then(() => 'answered', said)])
  return Object.fromEntries(await Promise.all(answers))
}
