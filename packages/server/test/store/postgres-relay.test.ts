import type { RevocationEntry } from '@sessionward/protocol'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { PostgresPool } from '../../src/store/postgres/index.js'
import { type PostgresStoreOptions, postgresStore } from '../../src/store/postgres/index.js'
import { NotificationListener } from '../../src/store/postgres/notification-listener.js'
import type { Store } from '../../src/store/store.js'
import { freshDatabase, serviceFor } from '../harness/services.js'

const service = await serviceFor('postgres')
beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))

let pool: pg.Pool
beforeAll(async () => {
  if (service.missing === undefined) pool = new pg.Pool({ connectionString: await freshDatabase('postgres') })
})
afterAll(() => pool?.end())

const entry = (sid: string): RevocationEntry => ({ sid, reason: 'signed_out', expires: 4_000_000_000 })

test('a connection that is ended is made anew, and what was said of it is true at each moment', async () => {
  const [listening, speaking] = [open(), open()]
  const { heard, lives } = listenTo(listening)
  await expect.poll(() => lives).toEqual([true])

  await pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY ($1)', [await ears()])

  await expect.poll(() => lives).toEqual([true, false, true])
  await speaking.relay!.announce([entry('after')], 'its own')
  await expect.poll(() => heard).toEqual([entry('after')])
})

// As behind a pooler in transaction mode: LISTEN is accepted, and nothing arrives. The pooler itself is not here.
test('where notifications never arrive nobody is told that they do, and the connection goes back', async () => {
  const deaf = deafened(() => true)
  const ear = earOn(deaf.pool)
  ear.open()

  await expect.poll(() => deaf.taken).toBeGreaterThan(2)
  await ear.close()

  expect(ear.states).toEqual([])
  expect(deaf.released).toBe(deaf.taken)
})

test('where they cease to arrive without a word, the next probe finds out, and the one after it begins anew', async () => {
  let deaf = false
  const ear = earOn(deafened(() => deaf).pool)
  ear.open()
  await expect.poll(() => ear.states).toEqual([true])

  deaf = true
  await expect.poll(() => ear.states).toEqual([true, false])
  deaf = false
  await expect.poll(() => ear.states).toEqual([true, false, true])

  await ear.close()
  expect(ear.states).toEqual([true, false, true, false])
})

test('whoever begins to listen later is told as well, and who has stopped is told no more', async () => {
  const store = open()
  const first = listenTo(store)
  await expect.poll(() => first.lives).toEqual([true])
  first.stop()

  const second = listenTo(store)
  await expect.poll(() => second.lives).toEqual([true])
  const third = listenTo(store)
  await expect.poll(() => third.lives).toEqual([true])
  await store.relay!.announce([entry('later')], 'its own')

  await expect.poll(() => [second.heard, third.heard]).toEqual([[entry('later')], [entry('later')]])
  expect(first.heard).toEqual([])
  expect([first.lives, second.lives, third.lives]).toEqual([[true], [true], [true]])
})

test('no notification is longer than PostgreSQL allows, and what fits into none keeps nothing else back', async () => {
  const store = open()
  const { heard, lives } = listenTo(store)
  await expect.poll(() => lives).toEqual([true])
  const long = (length: number) => ({ sub: '日\0'.repeat(length), pv: 1, expires: 4_000_000_000 })
  const entries = [
    entry('first'),
    ...[100, 300, 860, 10_000].map(long),
    entry('last'),
    ...Array.from({ length: 300 }, (_, n) => entry(`${n}`)),
  ]

  await store.relay!.announce(entries, 'its own')

  await expect.poll(() => heard.length).toBe(entries.length - 1)
  expect(heard).toEqual(entries.filter((one) => !('sub' in one) || one.sub.length < 20_000))
})

test('two stores in one database do not hear each other, and what others notify is nobody’s', async () => {
  const [here, there] = [open(), open({ schema: 'elsewhere' })]
  const [near, far] = [listenTo(here), listenTo(there)]
  await expect.poll(() => [near.lives, far.lives]).toEqual([[true], [true]])
  const { epoch } = await here.sessions.revokedSince(null)

  for (const payload of ['', '{', 'null', '[1]', '[null]', '[{"sid":"forged"}]', '{"probe":1}', '{"probe":"other"}']) {
    await pool.query('SELECT pg_notify($1, $2)', [`sessionward_${epoch}`, payload])
  }
  await there.relay!.announce([entry('there')], 'its own')
  await here.relay!.announce([entry('here')], 'its own')

  await expect.poll(() => [near.heard, far.heard]).toEqual([[entry('here')], [entry('there')]])
})

test('what somebody else notifies is read as strictly as a message of the feed', async () => {
  const store = open()
  const { heard, epochs, lives } = listenTo(store)
  await expect.poll(() => lives).toEqual([true])
  const { epoch } = await store.sessions.revokedSince(null)
  const entries = [null, { sid: 'forged' }, { sid: 'a', reason: 'nonsense', expires: 9, more: 1 }, entry('b')]

  await pool.query('SELECT pg_notify($1, $2)', [`sessionward_${epoch}`, JSON.stringify(entries)])

  await expect.poll(() => heard).toEqual([{ sid: 'a', reason: 'session_revoked', expires: 9 }, entry('b')])
  expect(epochs).toEqual([epoch])
})

test('the connection is kept while somebody listens, and no longer', async () => {
  const store = open()
  await store.now()
  const [one, two] = [listenTo(store), listenTo(store)]
  await expect.poll(() => [one.lives, two.lives]).toEqual([[true], [true]])
  expect(await ears()).toHaveLength(1)

  one.stop()
  expect(await ears()).toHaveLength(1)
  two.stop()
  await expect.poll(ears).toEqual([])

  const again = listenTo(store)
  await expect.poll(() => again.lives).toEqual([true])
  await store.close()
  await expect.poll(ears).toEqual([])
  expect((await pool.query('SELECT 1')).rowCount).toBe(1)
})

test('an announcement that nobody can carry rejects nothing, and close does not wait for a server that is not there', async () => {
  const gone = new pg.Pool({ host: '127.0.0.1', port: 1 })
  const store = postgresStore(gone)
  const { lives } = listenTo(store)

  await store.relay!.announce([entry('lost')], 'its own')
  await store.close()
  await store.relay!.announce([entry('late')], 'its own')

  expect(lives).toEqual([])
})

test('a store may do without, and one whose pool has a single connection must', async () => {
  expect(open({ relay: 'none' }).relay).toBeUndefined()
  const single = new pg.Pool({ max: 1 })
  expect(() => postgresStore(single)).toThrow(
    new TypeError('postgresStore: pool must allow two connections, or relay must be none'),
  )
  expect(postgresStore({ pool: single, relay: 'none' }).relay).toBeUndefined()
})

function open(options: Partial<PostgresStoreOptions> = {}): Store {
  const store = postgresStore({ pool, ...options })
  onTestFinished(() => store.close())
  return store
}

function listenTo({ relay }: Store) {
  const heard: RevocationEntry[] = []
  const epochs: string[] = []
  const lives: boolean[] = []
  const stop = relay!.listen({
    receive(entries, epoch) {
      heard.push(...entries)
      epochs.push(epoch)
    },
    live: (arriving) => void lives.push(arriving),
  })
  onTestFinished(stop)
  return { heard, epochs, lives, stop }
}

/** Process ids of the connections that listen. */
async function ears(): Promise<readonly number[]> {
  const { rows } = await pool.query(
    `SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN "sessionward_%' AND datname = current_database()`,
  )
  return rows.map(({ pid }) => pid)
}

/** An ear in a hurry, and what it has told. */
function earOn(on: PostgresPool) {
  const states: boolean[] = []
  const ear = new NotificationListener(
    {
      pool: on,
      timeout: 5,
      channel: async () => 'hurried',
      probe: async (id) => void (await pool.query('SELECT pg_notify($1, $2)', ['hurried', `{"probe":"${id}"}`])),
      receive() {},
      changed: (arriving) => void states.push(arriving),
    },
    { probeTimeout: 0.3, probeInterval: 0.05, firstRetryDelay: 0.01, maxRetryDelay: 0.05 },
  )
  onTestFinished(() => ear.close())
  return Object.assign(ear, { states })
}

/** The pool, with connections on which no notification arrives while it is deaf. */
function deafened(isDeaf: () => boolean) {
  const counts = { taken: 0, released: 0 }
  const deaf: PostgresPool = {
    query: (config) => (pool as PostgresPool).query(config),
    async connect() {
      const connection = await (pool as PostgresPool).connect()
      counts.taken++
      return {
        query: (config) => connection.query(config),
        on(event: string, listener: (message: never) => void) {
          return connection.on(
            event as 'end',
            ((message: never) => {
              if (event !== 'notification' || !isDeaf()) listener(message)
            }) as () => void,
          )
        },
        release(destroy) {
          counts.released++
          connection.release(destroy)
        },
      }
    },
  }
  return Object.assign(counts, { pool: deaf })
}
