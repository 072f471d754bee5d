import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Session } from '../../src/session/session.js'
import { account, owner, session, storedEvent, successor } from '../../src/store/conformance/samples.js'
import { type PostgresPool, type PostgresStoreOptions, postgresStore } from '../../src/store/postgres/index.js'
import { type Store, StoreUnavailableError } from '../../src/store/store.js'
import { testConformance } from '../harness/conformance.js'
import { freshDatabase, serviceFor } from '../harness/services.js'

const service = await serviceFor('postgres')
beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))

describe.each([{ batch: true }, { batch: false, prepare: false }])(
  'the PostgreSQL store keeps the contract, %o',
  (options) => {
    // Two nodes, each with connections of its own.
    const pools: pg.Pool[] = []
    beforeAll(async () => {
      if (service.missing !== undefined) return
      const connectionString = await freshDatabase('postgres')
      pools.push(new pg.Pool({ connectionString }), new pg.Pool({ connectionString }))
    })
    afterAll(async () => void (await Promise.all(pools.map((pool) => pool.end()))))

    let opened = 0
    const open = () => postgresStore({ pool: pools[opened++ % 2]!, ...options })

    testConformance(open)
  },
)

describe('on a real server', () => {
  let url: string
  beforeAll(async () => {
    if (service.missing !== undefined) return
    url = await freshDatabase('postgres')
    const pool = new pg.Pool({ connectionString: url })
    await postgresStore({ pool, relay: 'none' }).now()
    // A table of a few pages is read from its beginning to its end, and locked in that order.
    await pool.query(`
      INSERT INTO sessionward_sessions SELECT md5(n::text), '', '', 0, 0, '', '', 0, 0, 0, 0, '', 0, repeat('x', 300)
      FROM generate_series(1, 1000) AS n`)
    await pool.query('ANALYZE')
    await pool.end()
  })

  test('texts that are too long for an index are told apart and come back', async () => {
    const { store } = open()
    // Random, for what repeats itself is compressed, and fits.
    const beginning = randomBytes(9000).toString('base64url')
    const long = (end: string) => `${beginning}${end}`
    const [one, two] = ['1', '2'].map((end) => ({ tenant: long(end), subject: long(end) }))
    const accounts = [one!, two!].map((who) => account({ ...who, usernameKey: who.subject }))
    for (const each of accounts) {
      expect(await store.accounts.create(each)).toBe('created')
      await store.sessions.create(session(each))
      await store.events.append(storedEvent(each))
      expect(await store.counters.add(each.subject, 1, 60)).toEqual({ count: 1, resetsIn: 60 })
      expect(await store.oneTimeValues.claim(each.subject, 60)).toBe('claimed')
    }

    for (const each of accounts) {
      expect(await store.accounts.find(each)).toEqual(each)
      expect(await store.accounts.findByUsername(each.tenant, each.usernameKey)).toEqual(each)
      expect(await store.sessions.listBySubject(each)).toMatchObject([{ subject: each.subject, tenant: each.tenant }])
      expect(await store.events.list({ owner: each, limit: 9 })).toMatchObject([{ subject: each.subject }])
      expect(await store.sessions.recordProfileChange(each, 1, 60)).toMatchObject({ sub: each.subject })
    }
  })

  test('a supersession is dated by the database wherever it stands in the list, and however many there are', async () => {
    const { store } = open()
    const [earlier, decidedAt] = [1000, Date.now() - 60_000]
    const token = (generation: number, at: number) => ({ generation, nonce: new Uint8Array(8).fill(generation), at })
    for (let bits = 0; bits < 16; bits++) {
      const [alone, beside] = [session(), session()]
      await Promise.all([store.sessions.create(alone), store.sessions.create(beside)])
      const superseded = [3, 2, 1, 0].map((index) => token(index, bits & (1 << index) ? decidedAt : earlier))
      const next = { ...successor(alone), superseded, decidedAt }
      const from = await store.now()

      // The first by the statement for one, both others in a batch.
      const shorter = { ...next, superseded: superseded.slice(0, bits % 4) }
      await store.sessions.confirm(alone.id, alone, next)
      await Promise.all([
        store.sessions.confirm(beside.id, beside, shorter),
        store.sessions.confirm(alone.id, next, { ...next, generation: next.generation + 1 }),
      ])

      const to = await store.now()
      for (const [id, given] of [[alone.id, superseded] as const, [beside.id, shorter.superseded] as const]) {
        const written = (await store.sessions.find(id)).session!.superseded
        expect(written.map(({ at, ...rest }) => rest)).toEqual(given.map(({ at, ...rest }) => rest))
        for (const [index, { at }] of written.entries()) {
          if (given[index]!.at === earlier) expect(at).toBe(earlier)
          else expect(from <= at && at <= to, `${from} <= ${at} <= ${to}`).toBe(true)
        }
      }
    }
  })

  test('of a batch each is decided for itself', async () => {
    const { store } = open()
    const [right, generation, nonce, ended, twice] = Array.from({ length: 5 }, () => session({ generation: 3 }))
    const all = [right!, generation!, nonce!, ended!, twice!]
    await Promise.all(all.map((one) => store.sessions.create(one)))
    await store.sessions.revoke(ended!.id, 'signed_out', 60)
    const before = await Promise.all(all.map(({ id }) => store.sessions.find(id)))
    const cases = [
      { id: twice!.id, expected: twice! },
      { id: right!.id, expected: right! },
      { id: generation!.id, expected: { ...generation!, generation: 2 } },
      { id: nonce!.id, expected: { ...nonce!, nonce: new Uint8Array(16) } },
      { id: ended!.id, expected: ended! },
      { id: 'unknown', expected: right! },
      { id: twice!.id, expected: twice! },
    ]

    const touched = cases.map(({ id, expected }) => store.sessions.touch(id, expected, right!.idleDeadline + 5000))
    const fates = await Promise.all(touched)
    const confirmed = cases.map(({ id, expected }) => store.sessions.confirm(id, expected, successor(right!)))

    expect(fates).toEqual(['touched', 'touched', 'lost', 'lost', 'lost', 'lost', 'touched'])
    const [one, two, ...others] = await Promise.all(confirmed)
    expect([two, ...others.slice(0, 4)]).toEqual(['confirmed', 'lost', 'lost', 'lost', 'lost'])
    expect([one, others.at(-1)].sort()).toEqual(['confirmed', 'lost'])
    const after = await Promise.all(all.map(({ id }) => store.sessions.find(id)))
    for (const index of [1, 2, 3]) expect(after[index]!.session).toEqual(before[index]!.session)
    for (const index of [0, 4]) expect(after[index]!.session).toMatchObject({ generation: 4 })
  })

  test('what the application makes of types for its own queries changes nothing', async () => {
    const types = { getTypeParser: () => () => 'the application has it so' } as never
    const { store } = open({}, { types })
    const one = session()

    await store.sessions.create(one)

    expect(await store.sessions.find(one.id)).toMatchObject({ session: one })
  })

  test('statements that a pooler has forgotten are sent anew', async () => {
    const { store, pool } = open({ relay: 'none' }, { max: 1 })
    const one = session()
    await store.sessions.create(one)
    await store.sessions.find(one.id)

    await pool.query('DEALLOCATE ALL')

    expect((await store.sessions.find(one.id)).session).toEqual(one)
    expect(await store.sessions.touch(one.id, one, one.idleDeadline + 1)).toBe('touched')
  })

  test('statements have no name where none is wanted', async () => {
    for (const prepare of [true, false]) {
      const { store, pool } = open({ relay: 'none', prepare }, { max: 1 })
      await store.now()
      const { rowCount } = await pool.query("SELECT FROM pg_prepared_statements WHERE name LIKE 'sessionward%'")
      expect(rowCount! > 0).toBe(prepare)
    }
  })

  test('a deadlock with the statement of another is not the end of ours', async () => {
    // Of two that wait for each other, the one that looks first gives way: ours.
    const { store, codes } = open({ timeout: 20 }, { options: '-c deadlock_timeout=2s' })
    const [one, two] = await threeSessions(store)
    const other = await openTransaction()
    await other.query("SET LOCAL deadlock_timeout = '1min'")
    await other.query(lock, [two!.id])

    // Ours locks the first and waits for the second, then the other waits for the first.
    const touched = Promise.all([one!, two!].map((each) => store.sessions.touch(each.id, each, each.idleDeadline + 1)))
    await waiting(1)
    await other.query(lock, [one!.id])
    await other.query('COMMIT')

    expect(await touched).toEqual(['touched', 'touched'])
    expect(codes).toEqual(['40P01'])
  })

  test('batches that name sessions in opposite orders lock them in one', async () => {
    const nodes = [open({ timeout: 20 }), open({ timeout: 20 })]
    const sessions = await threeSessions(nodes[0]!.store)
    const other = await openTransaction()
    await other.query(lock, [sessions[1]!.id])

    const touched = nodes.map(({ store }, index) => {
      const order = index === 0 ? sessions : [...sessions].reverse()
      return Promise.all(order.map((one) => store.sessions.touch(one.id, one, one.idleDeadline + 1)))
    })
    await waiting(2)
    await other.query('COMMIT')

    expect((await Promise.all(touched)).flat()).toEqual(Array(6).fill('touched'))
    expect(nodes.flatMap(({ codes }) => codes)).toEqual([])
  })

  test('whoever ends all sessions of a subject locks them in the order of the batches', async () => {
    const [node, ending, outdating] = [open({ timeout: 20 }), open({ timeout: 20 }), open({ timeout: 20 })]
    const who = owner()
    // The newest has the least id, so that their list by age is in the opposite order.
    const sessions = await threeSessions(node.store, (index) => ({ ...who, createdAt: Date.now() - index }))
    const other = await openTransaction()
    await other.query(lock, [sessions[1]!.id])

    const touched = Promise.all(sessions.map((one) => node.store.sessions.touch(one.id, one, one.idleDeadline + 1)))
    await waiting(1)
    const outdated = outdating.store.sessions.outdateProfile(who, 1)
    await waiting(2)
    const entries = ending.store.sessions.revokeBySubject(who, 'signed_out', 60)
    await waiting(3)
    await other.query('COMMIT')

    expect(await touched).toEqual(['touched', 'touched', 'touched'])
    await outdated
    expect(await entries).toHaveLength(3)
    expect([node, ending, outdating].flatMap(({ codes }) => codes)).toEqual([])
  })

  /** A store, and the codes with which the database refused what it asked. */
  function open(options: Partial<PostgresStoreOptions> = {}, config: pg.PoolConfig = {}) {
    const pool = new pg.Pool({ connectionString: url, ...config })
    const codes: unknown[] = []
    const watched: PostgresPool = {
      connect: () => (pool as PostgresPool).connect(),
      query: (question) =>
        (pool as PostgresPool).query(question).catch((error) => {
          codes.push(error.code)
          throw error
        }),
    }
    const store = postgresStore({ pool: watched, ...options })
    onTestFinished(async () => {
      await store.close()
      await pool.end()
    })
    return { store, pool, codes }
  }

  describe.each(['ROLLBACK', 'COMMIT'])('an account that another has locked, until its %s', (end) => {
    async function locked() {
      const { store } = open()
      const before = account({ scope: 'orders' })
      await store.accounts.create(before)
      const rival = await openTransaction()
      // What is changed is not what the update looks at.
      await rival.query("UPDATE sessionward_accounts SET password_hash = 'next' WHERE subject = $1", [before.subject])
      const after = end === 'COMMIT' ? { ...before, passwordHash: 'next' } : before
      return { store, before, rival, after }
    }

    test('is not updated when the time for it was over by then', async () => {
      const { store, before, rival, after } = await locked()
      const notAfter = (await store.now()) + 500
      const update = store.accounts.update(before, 0, { disabled: true }, notAfter)
      const outcome = expect(update).rejects.toThrow(StoreUnavailableError)
      await waiting(1, 'sessionward_accounts')
      await expect.poll(() => store.now()).toBeGreaterThan(notAfter)

      await rival.query(end)

      await outcome
      expect(await store.accounts.find(before)).toEqual(after)
    })

    test('is updated when there was time left', async () => {
      const { store, before, rival, after } = await locked()
      const update = store.accounts.update(before, 0, { disabled: true }, (await store.now()) + 60_000)
      await waiting(1, 'sessionward_accounts')

      await rival.query(end)

      expect(await update).toBe('updated')
      expect(await store.accounts.find(before)).toEqual({ ...after, disabled: true, version: 1 })
    })
  })

  async function threeSessions(store: Store, facts: (index: number) => Partial<Session> = () => ({})) {
    const { subject } = owner()
    const sessions = ['a', 'b', 'c'].map((letter, index) => session({ id: `${subject} ${letter}`, ...facts(index) }))
    for (const one of sessions) await store.sessions.create(one)
    return sessions
  }

  const lock = 'UPDATE sessionward_sessions SET ended_reason = NULL WHERE id = $1'

  async function connected(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }

  async function openTransaction(): Promise<pg.Client> {
    const client = await connected()
    await client.query('BEGIN')
    return client
  }

  /**
   * Resolves when so many statements wait for a lock. Not in a transaction, to which it looks the same all the time.
   */
  async function waiting(count: number, table = 'sessionward_sessions'): Promise<void> {
    const client = await connected()
    await expect
      .poll(async () => (await client.query(whoWaits, [`%${table}%`])).rowCount, { timeout: 10_000 })
      .toBe(count)
  }
})

const whoWaits = `
  SELECT FROM pg_stat_activity
  WHERE wait_event_type = 'Lock' AND query LIKE $1 AND datname = current_database()`
