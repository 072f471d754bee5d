import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { account, owner, session, storedEvent, successor } from '../../src/store/conformance/samples.js'
import type { PostgresPool, PostgresQuery } from '../../src/store/postgres/index.js'
import { postgresStore } from '../../src/store/postgres/index.js'
import type { Store } from '../../src/store/store.js'
import { freshDatabase, serviceFor } from '../harness/services.js'

const service = await serviceFor('postgres')
beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))

let pool: pg.Pool
beforeAll(async () => {
  if (service.missing !== undefined) return
  pool = new pg.Pool({ connectionString: await freshDatabase('postgres') })
})
afterAll(() => pool?.end())

const tables = ['sessions', 'revocations', 'accounts', 'counters', 'one_time_values', 'events']

test('a plan that was made while there were 300 rows, few of them active, goes by the id on the refresh path', async () => {
  const asked = await everyStatement(pool)
  await fill(1, 300, '0')

  const refreshes = asked.filter(({ text }) => /AS given/.test(text))
  expect(refreshes).toHaveLength(4)
  for (const query of refreshes) {
    const plans = await plansOf(query)
    expect(plans).not.toMatch(/Seq Scan on sessionward/)
    expect(plans.match(/Index Scan using sessionward_(sessions|accounts)_pkey/g)).toHaveLength(2)
  }
})

test('on tables of 30,000 rows nothing but the search for a word in all scopes reads a table', {
  timeout: 120_000,
}, async () => {
  const asked = await everyStatement(pool)
  await fill(301, 30_000, 'NULL')

  for (const query of asked) {
    const plans = await plansOf(query)
    if (/strpos/.test(query.text)) expect(plans).toMatch(/Seq Scan on sessionward_accounts/)
    else for (const table of tables) expect(plans, query.text).not.toMatch(`Seq Scan on sessionward_${table}`)
    // A sweep reads what is over and nothing else: an index that is only read in its order would be read to its end.
    if (/SKIP LOCKED/.test(query.text)) {
      expect(plans.match(/Index Cond: \((sweep_at|expires|resets_at|expires_at|at) <=? /g), query.text).toHaveLength(2)
    }
  }
})

test('a refresh writes the row and no index', { timeout: 60_000 }, async () => {
  const store = postgresStore(pool)
  const records = [session(), session()]
  for (const one of records) await store.sessions.create(one)
  await settled()
  const before = await updates()

  for (let rotation = 0; rotation < 20; rotation++) {
    for (const [index, record] of records.entries()) {
      const next = successor(record)
      expect(await store.sessions.confirm(record.id, record, next)).toBe('confirmed')
      expect(await store.sessions.touch(record.id, next, next.idleDeadline + 1)).toBe('touched')
      records[index] = { ...record, ...next }
    }
  }

  // A connection that is idle tells what it has written after up to ten seconds.
  await expect.poll(async () => (await updates()).all - before.all, { timeout: 30_000 }).toBe(80)
  expect((await updates()).hot - before.hot).toBe(80)
  await store.close()
})

/** Does everything that a store can do, on a pool that remembers what it was asked. */
async function everyStatement(given: PostgresPool): Promise<PostgresQuery[]> {
  const asked = new Map<string, PostgresQuery>()
  const recording: PostgresPool = {
    query(config) {
      asked.set(config.text, config)
      return given.query(config)
    },
    connect: () => given.connect(),
  }
  const store = postgresStore({ pool: recording, relay: 'none' })
  await store.now()
  asked.clear()
  await useAll(store)
  await store.close()
  return [...asked.values()]
}

async function useAll({ sessions, accounts, counters, oneTimeValues, events }: Store): Promise<void> {
  const [one, two] = [session(), session()]
  await Promise.all([one, two].map((each) => sessions.create(each)))
  for (const some of [[one], [one, two]]) {
    await Promise.all(some.map(({ id }) => sessions.find(id)))
    await Promise.all(some.map((each) => sessions.touch(each.id, each, each.idleDeadline + 1)))
    await Promise.all(some.map((each) => sessions.confirm(each.id, { ...each, generation: 9 }, successor(each))))
    await Promise.all(some.map((each) => accounts.find(each)))
  }
  await sessions.listBySubject(one)
  await sessions.outdateProfile(one, 1)
  await sessions.recordProfileChange(one, 1, 300)
  await sessions.revoke(one.id, 'signed_out', 300)
  await sessions.revokeBySubject(two, 'signed_out', 300)
  await sessions.revokedSince(Date.now())
  await sessions.revokedSince(null)
  await sessions.deleteExpired(3600, 100)
  const who = account()
  await accounts.create(who)
  await accounts.findByUsername(who.tenant, who.usernameKey)
  await accounts.changePassword(who, who.passwordHash, 'next')
  await accounts.update(who, 0, { disabled: true })
  await accounts.hasScope('admin')
  for (const amount of [1, -1, 0]) await counters.add(owner().subject, amount, 60)
  await oneTimeValues.claim(owner().subject, 60)
  await oneTimeValues.deleteExpired(100)
  await events.append(storedEvent())
  await events.list({ limit: 100 })
  await events.list({ owner: owner(), limit: 100 })
  await events.deleteOlderThan(3600, 100)
}

/** How the statement is run with these values, and how it is run once its plan is kept, which knows of no values. */
async function plansOf({ text, values }: PostgresQuery): Promise<string> {
  const client = await pool.connect()
  try {
    const fitted = await client.query({ text: `EXPLAIN ${text}`, values, rowMode: 'array' })
    await client.query('SET plan_cache_mode = force_generic_plan')
    await client.query(`PREPARE kept AS ${text}`)
    const nulls = values.length === 0 ? '' : `(${values.map(() => 'NULL').join(', ')})`
    const kept = await client.query({ text: `EXPLAIN EXECUTE kept ${nulls}`, rowMode: 'array' })
    return [...fitted.rows, ...kept.rows].join('\n')
  } finally {
    client.release(true)
  }
}

/** So many of each, of which sessions have ended or not, and a few of them over, as in a store that is swept. */
async function fill(first: number, last: number, endedAt: string): Promise<void> {
  const now = Date.now()
  const numbers = `generate_series(${first}, ${last}) AS n`
  const over = `CASE WHEN n % 1000 = 0 THEN ${now - 7_200_000} ELSE ${now + 3_600_000} + n END`
  for (const statement of [
    `INSERT INTO sessionward_sessions
       SELECT md5(n::text), '', md5((n / 3)::text), n, 0, '\\x00', '', ${over}, ${over}, 0, ${endedAt}, NULL, ${over}, repeat('x', 300)
       FROM ${numbers}`,
    `INSERT INTO sessionward_revocations (written_at, expires, sid, reason)
       SELECT ${now} - n * 100, (${over}) / 1000, md5(n::text), 'signed_out' FROM ${numbers}`,
    `INSERT INTO sessionward_accounts SELECT '', md5(n::text), md5(n::text), 'hash', '', '{}', false, 0, '{}'
       FROM ${numbers}`,
    `INSERT INTO sessionward_counters SELECT md5(n::text), 1, ${over} FROM ${numbers}`,
    `INSERT INTO sessionward_one_time_values SELECT md5(n::text), ${over} FROM ${numbers}`,
    `INSERT INTO sessionward_events (id, at, tenant, subject, event)
       SELECT md5(n::text), ${now} - n * 1000, '', md5((n / 3)::text), '{}' FROM ${numbers}`,
    'ANALYZE',
  ]) {
    await pool.query(statement)
  }
}

async function updates(): Promise<{ readonly all: number; readonly hot: number }> {
  const { rows } = await pool.query(
    `SELECT n_tup_upd::int AS all, n_tup_hot_upd::int AS hot
       FROM pg_stat_user_tables WHERE relname = 'sessionward_sessions'`,
  )
  return rows[0]
}

/** The server counts with a delay, of up to a second. */
async function settled(): Promise<void> {
  let last = -1
  await expect
    .poll(
      async () => {
        const { all } = await updates()
        const same = all === last
        last = all
        return same
      },
      { interval: 1500, timeout: 20_000 },
    )
    .toBe(true)
}
