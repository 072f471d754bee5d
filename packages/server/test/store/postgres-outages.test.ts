import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startOwnService } from '../../../../scripts/services/start.mjs'
import { type PostgresStoreOptions, postgresStore } from '../../src/store/postgres/index.js'
import { type Store, StoreUnavailableError } from '../../src/store/store.js'
import { takenDown, testOutages } from '../harness/outages.js'

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
afterAll(async () => void (await server?.stop()))

testOutages({
  ...takenDown(() => server?.own),
  open: () => open({ timeout: 1 }),
  async exhaustConnections() {
    const clients: pg.Client[] = []
    const connect = async () => {
      const client = new pg.Client({ connectionString: server.url })
      await client.connect()
      clients.push(client)
      return true
    }
    while (await connect().catch(() => false));
    return { reason: '53300', release: async () => void (await Promise.all(clients.map((client) => client.end()))) }
  },
  async standBy() {
    const file = join(folder, 'standby.signal')
    const promote = async () => {
      await server.own.down()
      rmSync(file, { force: true })
      await server.own.up()
    }
    await server.own.down()
    writeFileSync(file, '')
    await server.own.up()
    expect(await asked('SELECT pg_is_in_recovery()')).toBe(true)
    return promote
  },
  answeredOnStandby: ['schema.pending'],
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
    await expect(refused).rejects.not.toBeInstanceOf(StoreUnavailableError)
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
