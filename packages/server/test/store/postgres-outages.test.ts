import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startOwnService } from '../../../../scripts/services/start.mjs'
import { session, successor } from '../../src/store/conformance/samples.js'
import { type PostgresStoreOptions, postgresStore } from '../../src/store/postgres/index.js'
import { type Store, StoreUnavailableError } from '../../src/store/store.js'

// A server of its own, because it is taken down.
const started = await startOwnService('postgres', { args: ['-c', 'max_connections=20'] })
const missing = 'missing' in started ? started.missing : undefined
beforeEach(({ skip }) => skip(missing !== undefined, missing))

let server: Exclude<typeof started, { missing: string }>
let folder: string
beforeAll(async () => {
  if ('missing' in started) return
  server = started
  folder = await asked('SHOW data_directory')
})
afterEach(async () => {
  if (server.own.pid === undefined) await server.own.up()
})
afterAll(async () => void (await server?.stop()))

const away = expect.any(StoreUnavailableError)

describe.each(['SIGINT', 'SIGKILL'] as const)('when the server is ended by %s in the midst', (how) => {
  test('nobody is answered what is not so, and afterwards the same store works on', async () => {
    const store = open()
    const records = Array.from({ length: 50 }, () => session())
    await Promise.all(records.map((one) => store.sessions.create(one)))
    const answered = new Map(records.map((one) => [one.id, one]))
    let over = false
    const working = records.map(async (first) => {
      let record = first
      while (!over) {
        const next = successor(record)
        const outcome = await store.sessions.confirm(record.id, record, next).catch((error: unknown) => error)
        if (outcome === 'confirmed') {
          record = { ...record, ...next }
          answered.set(record.id, record)
        } else if (outcome === 'lost') {
          // A confirmation of ours, of which nobody could be told.
          const { session: found } = await store.sessions.find(record.id).catch(() => ({ session: undefined }))
          if (found === undefined) continue
          expect(found).toMatchObject({ generation: record.generation + 1, ended: null })
          record = found!
        } else expect(outcome).toEqual(away)
      }
    })
    await expect.poll(() => [...answered.values()].every(({ generation }) => generation > 2)).toBe(true)

    await server.own.down(how)
    await expect(store.sessions.find(records[0]!.id)).rejects.toEqual(away)
    await expect(store.sessions.create(session())).rejects.toEqual(away)
    await expect(store.now()).rejects.toEqual(away)
    await server.own.up()
    const before = new Map(answered)
    await expect.poll(() => [...answered].every(([id, one]) => one !== before.get(id)), { timeout: 20_000 }).toBe(true)
    over = true
    await Promise.all(working)

    for (const [id, record] of answered) {
      const { session: found } = await store.sessions.find(id)
      expect(found!.generation - record.generation).toBeGreaterThanOrEqual(0)
    }
  })
})

test('a server that hangs is unavailable after the time that was set, and works when it goes on', async () => {
  const store = open({ timeout: 0.3 })
  const kept = session()
  await store.sessions.create(kept)
  const pids = await processes()
  signal(pids, 'SIGSTOP')
  onTestFinished(() => signal(pids, 'SIGCONT'))

  const verbs = [
    store.now(),
    store.sessions.find(kept.id),
    store.sessions.touch(kept.id, kept, kept.idleDeadline),
    store.accounts.find(kept),
    store.schema!.pending(),
  ]
  for (const outcome of await Promise.allSettled(verbs.slice(0, 4))) expect(outcome).toMatchObject({ reason: away })
  // As many again as the pool has connections, and what waits for its turn in a batch.
  const more = Array.from({ length: 30 }, () => store.sessions.find(kept.id))
  for (const outcome of await Promise.allSettled([...more, verbs[4]])) expect(outcome).toMatchObject({ reason: away })
  signal(pids, 'SIGCONT')

  await expect.poll(() => store.sessions.find(kept.id).catch(() => null)).toMatchObject({ session: kept })
})

test('a standby is unavailable, for readers too: what it answers may be old', async () => {
  const store = open()
  const kept = session()
  await store.sessions.create(kept)
  const fresh = open()
  await server.own.down()
  writeFileSync(join(folder, 'standby.signal'), '')
  onTestFinished(() => rmSync(join(folder, 'standby.signal'), { force: true }))
  await server.own.up()

  expect(await asked('SELECT pg_is_in_recovery()')).toBe(true)
  const unlike = { generation: 0, nonce: new Uint8Array(16) }
  const verbs: readonly ((on: Store) => Promise<unknown>)[] = [
    (on) => on.now(),
    (on) => on.sessions.find(kept.id),
    (on) => Promise.all([on.sessions.find(kept.id), on.sessions.find('another')]),
    (on) => on.sessions.listBySubject(kept),
    (on) => on.sessions.revokedSince(null),
    (on) => on.sessions.revokedSince(0),
    (on) => on.sessions.touch(kept.id, kept, kept.idleDeadline),
    (on) => on.sessions.confirm(kept.id, unlike, successor(kept)),
    (on) => on.sessions.revoke(kept.id, 'signed_out', 300),
    (on) => on.accounts.find(kept),
    (on) => Promise.all([on.accounts.find(kept), on.accounts.find(kept)]),
    (on) => on.accounts.findByUsername('', 'name'),
    (on) => on.accounts.hasScope('admin'),
    (on) => on.keys.list(),
    (on) => on.counters.add('name', 0, 60),
    (on) => on.counters.add('name', 1, 60),
    (on) => on.events.list({ limit: 1 }),
    (on) => on.events.list({ owner: kept, limit: 1 }),
    (on) => on.oneTimeValues.claim('value', 60),
  ]
  for (const verb of verbs) for (const node of [store, fresh]) await expect(verb(node), `${verb}`).rejects.toEqual(away)

  await server.own.down()
  rmSync(join(folder, 'standby.signal'))
  await server.own.up()
  for (const node of [store, fresh]) expect((await node.sessions.find(kept.id)).session).toEqual(kept)
})

test('a server that has no connection left is unavailable until it has', async () => {
  const store = open()
  const clients: pg.Client[] = []
  for (;;) {
    const client = new pg.Client({ connectionString: server.url })
    if (
      !(await client.connect().then(
        () => true,
        () => false,
      ))
    )
      break
    clients.push(client)
  }

  await expect(store.now()).rejects.toThrow(/^PostgreSQL is unavailable: 53300$/)

  await Promise.all(clients.map((client) => client.end()))
  await expect.poll(() => store.now().catch(() => null)).toEqual(expect.any(Number))
})

describe('what a server refuses it refuses in words, which name neither user nor database', () => {
  beforeAll(async () => {
    if (missing !== undefined) return
    const rules = join(folder, 'pg_hba.conf')
    writeFileSync(rules, `host all guest all scram-sha-256\n${readFileSync(rules)}`)
    await asked("CREATE ROLE guest LOGIN PASSWORD 'right'")
    await asked('REVOKE CREATE ON SCHEMA public FROM PUBLIC')
    await asked('SELECT pg_reload_conf()')
  })

  test.each<[string, Partial<URL>]>([
    ['28P01, the user name or the password is wrong', { username: 'guest', password: 'wrong' }],
    ['28000, pg_hba.conf does not admit this user', { username: 'nobody' }],
    ['3D000, the database does not exist', { pathname: '/nowhere' }],
  ])('%s', async (words, wrong) => {
    const store = open({}, Object.assign(new URL(server.url), wrong).href)

    await expect(store.now()).rejects.toThrow(new StoreUnavailableError(`PostgreSQL is unavailable: ${words}`))
  })

  test('42501, the user has no permission to create or use the tables of the store: no outage, for it does not pass by itself', async () => {
    const store = open({}, Object.assign(new URL(server.url), { username: 'guest', password: 'right' }).href)

    const refused = store.now()

    const words =
      'PostgreSQL refused the statement: 42501, the user has no permission to create or use the tables of the store'
    await expect(refused).rejects.toThrow(new Error(words))
    await expect(refused).rejects.not.toEqual(away)
  })
})

function open(options: Partial<PostgresStoreOptions> = {}, connectionString = server.url): Store {
  const pool = new pg.Pool({ connectionString })
  const store = postgresStore({ pool, relay: 'none', ...options })
  onTestFinished(async () => {
    await store.close()
    await pool.end()
  })
  return store
}

async function asked(sql: string): Promise<never> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  const { rows } = await client.query({ text: sql, rowMode: 'array' })
  await client.end()
  return rows[0]?.[0] as never
}

/** The server and all that it has begun. */
async function processes(): Promise<readonly number[]> {
  const pids: number[] = await asked('SELECT array_agg(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()')
  return [server.own.pid!, ...pids]
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It served a connection that was given up.
    }
  }
}
