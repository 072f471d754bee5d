import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { session, successor } from '../../src/store/conformance/samples.js'
import { type Store, StoreUnavailableError } from '../../src/store/store.js'
import { need, newDatabase, ownServer, products } from './mysql/products.js'
import { silentProxy } from './mysql/silent-proxy.js'

for (const product of products) {
  describe(`when ${product} is unavailable`, async () => {
    const here = await need(product)
    let server: Awaited<ReturnType<typeof ownServer>>
    beforeAll(async () => {
      if (here) server = await ownServer(product)
    })
    afterEach(async () => {
      if (server.own.pid === undefined) await server.own.up()
    })

    test('killed in the midst: verbs reject as unavailable, and work when it is back; what was answered is there', async () => {
      const store = server.store({ timeout: 60 })
      let record = session()
      await store.sessions.create(record)

      const faults: unknown[] = []
      const confirmed = (async () => {
        for (;;) {
          const next = successor(record)
          try {
            const outcome = await store.sessions.confirm(record.id, record, next)
            if (outcome === 'confirmed') record = { ...record, ...next }
            else return outcome
          } catch (error) {
            faults.push(error)
            return 'away'
          }
        }
      })()
      await answered(() => record.generation > 20)
      await server.own.down('SIGKILL')

      expect(await confirmed).toBe('away')
      for (const verb of everyVerb(store)) faults.push(await verb().catch((error: unknown) => error))
      for (const fault of faults) expect(fault).toBeInstanceOf(StoreUnavailableError)
      await server.own.up()

      const { session: found } = await store.sessions.find(record.id)
      // The last one may have taken place without an answer.
      expect(found!.generation - record.generation).toBeOneOf([0, 1])
      if (found!.generation === record.generation) expect(found).toEqual(record)
      expect(await store.sessions.confirm(record.id, found!, successor(found!))).toBe('confirmed')
    })

    test('stopped before the first use: unavailable, and at work as soon as it runs', async () => {
      const store = server.store()
      await server.own.down()

      await expect(store.sessions.find('any')).rejects.toBeInstanceOf(StoreUnavailableError)
      await server.own.up()

      expect((await store.sessions.find('any')).session).toBeNull()
    })

    test('frozen: every verb rejects in time, and works when it goes on', async () => {
      const pool = server.pool({ connectionLimit: 2 })
      const store = server.store({ pool, timeout: 0.3 })
      const kept = session()
      await store.sessions.create(kept)
      // Answers and questions stop, connections stay.
      await freeze(server.own.pid!)

      // More at once than there are connections.
      const faults = await Promise.all(
        [...everyVerb(store), ...everyVerb(store)].map((verb) => verb().catch((error: unknown) => error)),
      )
      process.kill(server.own.pid!, 'SIGCONT')

      for (const fault of faults) expect(fault).toEqual(new StoreUnavailableError('MySQL did not answer within 0.3 s'))
      await expect
        .poll(() => store.sessions.find(kept.id).catch(() => undefined), { timeout: 20_000 })
        .toMatchObject({ session: { id: kept.id } })
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

    test('with no connection left: unavailable, in words that name neither user nor host', async () => {
      const admin = server.pool({ connectionLimit: 1 })
      await admin.query("CREATE USER 'limited'@'%' WITH MAX_USER_CONNECTIONS 1")
      await admin.query("GRANT ALL ON sessionward.* TO 'limited'@'%'")
      const [first, second] = [0, 1].map(() => server.pool({ user: 'limited', connectionLimit: 1 }))
      expect(await server.store({ pool: first! }).now()).toBeGreaterThan(0)

      await expect(server.store({ pool: second! }).now()).rejects.toThrow(
        new StoreUnavailableError('MySQL is unavailable: ER_USER_LIMIT_REACHED'),
      )
    })
  })
}

for (const product of products) {
  describe(`a store on ${product} that is closed`, async () => {
    await need(product)

    test('has finished what was begun, is unavailable and not empty, and leaves the pool to others', async () => {
      const { pool, store } = await newDatabase(product)
      const shared = pool()
      const [closed, other] = [store({ pool: shared }), store({ pool: shared })]
      const kept = session()
      await closed.sessions.create(kept)
      let begun = 0
      const touches = [1, 2, 3].map((later) =>
        closed.sessions.touch(kept.id, kept, kept.idleDeadline + later).finally(() => begun++),
      )
      await Promise.all([closed.close(), closed.close()])

      expect(begun).toBe(3)
      expect(await Promise.all(touches)).toEqual(['touched', 'touched', 'touched'])
      for (const verb of everyVerb(closed)) {
        await expect(verb()).rejects.toThrow(new StoreUnavailableError('the store is closed'))
      }
      expect((await other.sessions.find(kept.id)).session?.idleDeadline).toBe(kept.idleDeadline + 3)
    })
  })
}

/** One of each part, and all that a refresh asks. */
function everyVerb({ sessions, accounts, keys, counters, oneTimeValues, events, now }: Store) {
  const some = session()
  const owner = { tenant: '', subject: 'some' }
  return [
    () => sessions.find(some.id),
    () => sessions.confirm(some.id, some, successor(some)),
    () => sessions.touch(some.id, some, some.idleDeadline),
    () => sessions.create(some),
    () => sessions.revoke(some.id, 'signed_out', 300),
    () => sessions.revokedSince(null),
    () => sessions.deleteExpired(1, 10),
    () => accounts.find(owner),
    () => keys.rotate({ current: 'one', next: 'other' }),
    () => counters.add('some', 1, 60),
    () => oneTimeValues.claim('some', 60),
    () => events.list({ limit: 1 }),
    () => now(),
  ]
}

async function answered(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** Stops a process, and waits until each of its threads has stopped, which the kernel does one after the other. */
async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  const tasks = `/proc/${pid}/task`
  // Only Linux says what each thread does.
  if (!existsSync(tasks)) return
  const isStopped = (task: string) => /\) T/.test(readFileSync(`${tasks}/${task}/stat`, 'utf8'))
  await expect.poll(() => readdirSync(tasks).every(isStopped)).toBe(true)
}
