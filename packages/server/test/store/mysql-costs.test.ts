import { describe, expect, test } from 'vitest'
import {
  account,
  ageOfLongAgo,
  longAgo,
  owner,
  session,
  storedEvent,
  successor,
} from '../../src/store/conformance/samples.js'
import { listening } from './mysql/listening-pool.js'
import { need, newDatabase, products } from './mysql/products.js'

for (const product of products) {
  describe(`what verbs cost on ${product}`, async () => {
    await need(product)

    test('a refresh is three statements, and so are the refreshes of a hundred at once', async () => {
      const { pool, store } = await newDatabase(product)
      const statements: string[] = []
      const node = store({ pool: listening(pool(), (sql) => void statements.push(sql)) })
      const people = Array.from({ length: 100 }, () => account())
      const sessions = people.map(({ tenant, subject }) => session({ tenant, subject }))
      for (const one of people) await node.accounts.create(one)
      for (const one of sessions) await node.sessions.create(one)
      const refresh = async (one: (typeof sessions)[number]) => {
        const { session: found } = await node.sessions.find(one.id)
        await node.accounts.find(found!)
        expect(await node.sessions.confirm(one.id, found!, successor(found!))).toBe('confirmed')
      }

      statements.length = 0
      await refresh(sessions[0]!)
      expect(statements).toHaveLength(3)
      statements.length = 0
      await Promise.all(sessions.map(refresh))
      expect(statements).toHaveLength(3)
    })

    test('on tables of 20,000 rows no verb but the search for a word in all scopes reads more than it answers', async () => {
      const { pool, store } = await newDatabase(product)
      const own = pool({ connectionLimit: 1 })
      const node = store({ pool: own })
      const [who, person] = [owner(), account()]
      const record = session(who)
      await node.sessions.create(record)
      await node.accounts.create(person)
      for (const statement of fill()) await own.query(statement)
      const rowsRead = readingOf(own)
      const next = successor(record)
      const retention = ageOfLongAgo(await node.now())
      const verbs = {
        find: () => node.sessions.find(record.id),
        confirm: () => node.sessions.confirm(record.id, record, next),
        touch: () => node.sessions.touch(record.id, next, next.idleDeadline + 1),
        'create with an ordinal': () => node.sessions.create(session(who), 1),
        lastOrdinal: () => node.sessions.lastOrdinal(who),
        listBySubject: () => node.sessions.listBySubject(who),
        outdateProfile: () => node.sessions.outdateProfile(who, 1),
        revokeBySubject: () => node.sessions.revokeBySubject(who, 'signed_out', 300),
        revoke: () => node.sessions.revoke('session 77', 'signed_out', 300),
        revokedSince: async () => node.sessions.revokedSince(await node.now()),
        deleteExpired: () => node.sessions.deleteExpired(retention, 1000),
        'find an account': () => node.accounts.find(person),
        findByUsername: () => node.accounts.findByUsername('', person.usernameKey),
        changePassword: () => node.accounts.changePassword(person, person.passwordHash, 'another'),
        update: () => node.accounts.update(person, 0, { disabled: true }),
        'count a new one': () => node.counters.add('another', 1, 60),
        'count one more': () => node.counters.add('another', 1, 60),
        claim: () => node.oneTimeValues.claim('another', 60),
        'delete claims': () => node.oneTimeValues.deleteExpired(2),
        append: () => node.events.append(storedEvent(who)),
        'list events': () => node.events.list({ limit: 3 }),
        'list events of a subject': () => node.events.list({ owner: who, limit: 3 }),
        'delete events': () => node.events.deleteOlderThan(retention, 2),
      }
      expect(await rowsRead(() => node.accounts.hasScope('nobody'))).toBeGreaterThan(20_000)

      const reads: Record<string, number> = {}
      for (const [name, verb] of Object.entries(verbs)) reads[name] = await rowsRead(verb)

      for (const [name, count] of Object.entries(reads)) expect(count, name).toBeLessThan(80)
    })

    test('no reading needs an internal temporary table, with which MariaDB 10.11 crashes', async () => {
      const { pool, store } = await newDatabase(product)
      const own = pool()
      const statements = new Set<string>()
      const node = store({ pool: listening(own, (sql) => void statements.add(sql.trim())) })
      const one = session()
      await node.sessions.create(one, 1)
      await node.sessions.lastOrdinal(one)
      await node.sessions.listBySubject(one)
      await node.sessions.revokedSince(null)
      await node.sessions.revokedSince(1)
      await node.accounts.findByUsername('', 'nobody')
      await node.accounts.hasScope('admin')
      await node.keys.list()
      await node.counters.add('any', 0, 60)
      await node.events.list({ limit: 3 })
      await node.events.list({ owner: one, limit: 3 })
      // A table function has a table of its own kind.
      const readings = [...statements].filter(
        (sql) => sql.startsWith('SELECT') && sql.includes('sessionward_') && !sql.includes('JSON_TABLE'),
      )

      expect(readings.length).toBeGreaterThan(8)
      for (const sql of readings) {
        const [plan] = await own.query(`EXPLAIN ${sql.replaceAll('?', '1')}`)
        expect(JSON.stringify(plan), sql).not.toMatch(/DERIVED|Using temporary/)
      }
    })

    test('a guard that connects costs what still counts, and not every session that has ended', async () => {
      const { pool, store } = await newDatabase(product)
      const own = pool({ connectionLimit: 1 })
      const node = store({ pool: own })
      const record = session()
      await node.sessions.create(record)
      for (const statement of fill({ expired: true })) await own.query(statement)
      const entry = await node.sessions.revoke(record.id, 'signed_out', 300)

      const rows = await readingOf(own)(async () => {
        expect((await node.sessions.revokedSince(null)).entries).toEqual([entry])
      })

      expect(rows).toBeLessThan(80)
    })

    test('a refresh changes no column that an index holds', async () => {
      const { pool, store } = await newDatabase(product)
      const [own, node] = [pool(), store()]
      const record = session()
      await node.sessions.create(record)
      const [columns] = await own.query(`
        SELECT GROUP_CONCAT(DISTINCT column_name) AS names FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = 'sessionward_sessions'`)
      const { names } = (columns as { names: string }[])[0]!
      const indexed = async () => (await own.query(`SELECT ${names} FROM sessionward_sessions`))[0]
      const before = await indexed()

      const next = successor(record)
      await node.sessions.confirm(record.id, record, next)
      await node.sessions.touch(record.id, next, next.idleDeadline + 1000)

      expect(names.split(',').length).toBeGreaterThan(4)
      expect(await indexed()).toEqual(before)
    })

    test('an entry outlives its session, which is deleted before it, and is there once', async () => {
      const { store } = await newDatabase(product)
      const node = store()
      const before = session({ id: `#${'long '.repeat(100)}` })
      await node.sessions.create(before)
      const entry = await node.sessions.revoke(before.id, 'session_revoked', 300)
      await expect.poll(() => node.sessions.deleteExpired(0, 10)).toBe(1)

      expect((await node.sessions.find(before.id)).session).toBeNull()
      expect((await node.sessions.revokedSince(null)).entries).toEqual([entry])
      expect((await node.sessions.revokedSince(0)).entries).toEqual([entry])
    })
  })
}

/** Counts the rows that a verb reads on the one connection of the pool. */
function readingOf(own: { query(sql: string): Promise<unknown[]> }) {
  const count = async () => {
    const [rows] = await own.query("SHOW SESSION STATUS LIKE 'Handler_read%'")
    return (rows as { Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0)
  }
  return async (verb: () => Promise<unknown>): Promise<number> => {
    const [first, second] = [await count(), await count()]
    await verb()
    return (await count()) - second - (second - first)
  }
}

/** 20,000 rows in each table, as old as long ago lets them be without being over. `expired`: but the entries are. */
function fill({ expired = false } = {}): readonly string[] {
  const numbers = JSON.stringify(Array.from({ length: 142 }, (_, index) => index))
  const list = (name: string) => `JSON_TABLE('${numbers}', '$[*]' COLUMNS (n INT PATH '$')) AS ${name}`
  const from = `FROM ${list('a')} JOIN ${list('b')}`
  const number = '(a.n * 142 + b.n)'
  const far = longAgo * 1000
  const expires = expired ? 1 : far
  const tables = ['sessions', 'revocations', 'accounts', 'counters', 'one_time_values', 'events']
  return [
    `INSERT INTO sessionward_sessions (id, owner, created_at, generation, nonce, superseded, superseded_at, idle_deadline,
       absolute_deadline, profile_from, ended_at, ended_reason, entry_expires, sweep_at, mark, origin, ordinal)
       SELECT CONCAT('session ', ${number}), CONCAT('owner ', ${number} DIV 4), ${number}, 0,
       '', '', 0, ${far}, ${far}, 0, IF(b.n % 2, ${number}, NULL), IF(b.n % 2, 'signed_out', NULL),
       IF(b.n % 2, ${expires}, NULL), ${far}, '', '{}', ${number} % 4 + 1 ${from}`,
    `INSERT INTO sessionward_revocations SELECT ${number}, ${number}, ${expires}, '{}' ${from}`,
    `INSERT INTO sessionward_accounts SELECT CONCAT('owner ', ${number}), CONCAT('name ', ${number}), '', 'read', '{}', 0,
       0, 0, '{}' ${from}`,
    `INSERT INTO sessionward_counters SELECT CONCAT('counter ', ${number}), 1, ${far} ${from}`,
    `INSERT INTO sessionward_one_time_values SELECT CONCAT('value ', ${number}), ${far} ${from}`,
    `INSERT INTO sessionward_events (id, at, owner, event) SELECT CONCAT('event ', ${number}), ${far} + ${number},
       CONCAT('owner ', ${number} DIV 4), '{}' ${from}`,
    ...tables.map((name) => `ANALYZE TABLE sessionward_${name}`),
  ]
}
