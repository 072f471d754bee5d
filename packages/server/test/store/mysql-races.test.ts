import { describe, expect, test } from 'vitest'
import { account, owner, session, successor } from '../../src/store/conformance/samples.js'
import { StoreUnavailableError } from '../../src/store/store.js'
import { listening } from './mysql/listening-pool.js'
import { need, newDatabase, products } from './mysql/products.js'

for (const product of products) {
  describe(`races on ${product}`, async () => {
    await need(product)

    test('of what is confirmed in one statement each is told its own outcome', async () => {
      const store = (await newDatabase(product)).store()
      const sessions = Array.from({ length: 30 }, () => session())
      for (const one of sessions) await store.sessions.create(one)
      const expected = (index: number) => ({ generation: index % 3 === 0 ? 7 : 0, nonce: sessions[index]!.nonce })

      const outcomes = await Promise.all(
        sessions.map((one, index) => store.sessions.confirm(one.id, expected(index), successor(one))),
      )

      expect(outcomes).toEqual(sessions.map((_, index) => (index % 3 === 0 ? 'lost' : 'confirmed')))
      for (const [index, one] of sessions.entries()) {
        const { session: after } = await store.sessions.find(one.id)
        expect(after!.generation).toBe(index % 3 === 0 ? 0 : 1)
      }
    })

    test('one token that is presented to two nodes at once is confirmed by one, in statements of many sessions', async () => {
      const { store } = await newDatabase(product)
      const [one, other] = [store(), store()]
      const who = owner()
      let records = Array.from({ length: 40 }, () => session(who))
      for (const record of records) await one.sessions.create(record)
      const split: number[] = []

      // Until both have won some, or there was no race; a machine with nothing else to do may need more rounds.
      const isRace = () => new Set(split).size > 1
      for (let round = 0; round < 25 || (!isRace() && round < 250); round++) {
        const next = records.map((record) => successor(record))
        const confirm = (node: typeof one, index: number) =>
          node.sessions.confirm(records[index]!.id, records[index]!, next[index]!)
        // In opposite orders, and with a third that writes all of the subject's.
        const [ours, theirs] = await Promise.all([
          Promise.all(records.map((_, index) => confirm(one, index))),
          Promise.all(records.map((_, index) => confirm(other, records.length - 1 - index))),
          one.sessions.outdateProfile(who, 0),
          other.sessions.touch(records[0]!.id, records[0]!, 0),
        ])

        const winners = records.map((_, index) => [ours[index], theirs[records.length - 1 - index]].sort().join())
        expect(new Set(winners)).toEqual(new Set(['confirmed,lost']))
        split.push(ours.filter((outcome) => outcome === 'confirmed').length)
        records = records.map((record, index) => ({ ...record, ...next[index]! }))
      }

      for (const record of records) {
        expect((await one.sessions.find(record.id)).session).toMatchObject({
          nonce: record.nonce,
          generation: split.length,
        })
      }
      expect(isRace()).toBe(true)
    })

    test('where it cannot be told any more who won, nobody is told that he lost', async () => {
      const { store, pool } = await newDatabase(product)
      const other = store()
      const [winner, loser] = [session(), session()]
      for (const one of [winner, loser]) await other.sessions.create(one)
      const next = successor(winner)
      const node = store({
        pool: listening(pool(), async (sql) => {
          // Between the update and the question who won, another confirms what has just been confirmed.
          if (/SELECT(.|\n)*mark = \?/.test(sql))
            await other.sessions.confirm(winner.id, next, successor({ ...winner, ...next }))
        }),
      })
      await node.now()

      const outcomes = await Promise.allSettled([
        node.sessions.confirm(winner.id, winner, next),
        node.sessions.confirm(loser.id, { ...loser, generation: 9 }, successor(loser)),
      ])

      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailableError) })
      }
      expect((await other.sessions.find(winner.id)).session?.generation).toBe(2)
      expect((await other.sessions.find(loser.id)).session).toEqual(loser)
    })

    test('what is taken back for the sake of another is done again', async () => {
      const { store, pool } = await newDatabase(product)
      const kept = session()
      await store().sessions.create(kept)
      const impatient = pool({ connectionLimit: 1 })
      impatient.pool.on('connection', (connection) => void connection.query('SET SESSION innodb_lock_wait_timeout = 1'))
      let updates = 0
      const node = store({ pool: listening(impatient, (sql) => void (/^\s*UPDATE/.test(sql) && updates++)) })
      await node.now()
      const rival = await pool().getConnection()
      await rival.query('START TRANSACTION')
      await rival.query('SELECT id FROM sessionward_sessions FOR UPDATE')

      const touched = node.sessions.touch(kept.id, kept, kept.idleDeadline + 1)
      await expect.poll(() => updates, { timeout: 10_000 }).toBe(2)
      await rival.query('ROLLBACK')

      expect(await touched).toBe('touched')
    })

    test.each(['ROLLBACK', 'COMMIT'])(
      'an account is not updated after its time, having waited for the %s of another',
      async (end) => {
        const { store, pool } = await newDatabase(product)
        const node = store()
        const before = account({ scope: 'orders' })
        await node.accounts.create(before)
        const rival = await pool().getConnection()
        const lock = async () => {
          await rival.query('START TRANSACTION')
          // What is changed is not what the update looks at.
          await rival.query("UPDATE sessionward_accounts SET password_hash = 'next', writes = writes + 1")
        }
        const observer = pool()
        // InnoDB answers this from a cache, which it renews only for a question that comes 100 ms after the previous one.
        const polled = { timeout: 10_000, interval: 200 }
        const waits = async () => {
          const [rows] = await observer.query(
            "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
          )
          return (rows as unknown[]).length
        }

        await lock()
        // Long enough for the update to be sent on a busy machine, and to wait.
        const notAfter = (await node.now()) + 2000
        const late = expect(node.accounts.update(before, 0, { disabled: true }, notAfter)).rejects.toThrow(
          StoreUnavailableError,
        )
        await expect.poll(waits, polled).toBe(1)
        await expect.poll(() => node.now(), polled).toBeGreaterThan(notAfter)
        await rival.query(end)
        await late
        const after = end === 'COMMIT' ? { ...before, passwordHash: 'next' } : before
        expect(await node.accounts.find(before)).toEqual(after)

        await lock()
        const inTime = node.accounts.update(before, 0, { disabled: true }, (await node.now()) + 60_000)
        await expect.poll(waits, polled).toBe(1)
        await rival.query(end)
        expect(await inTime).toBe('updated')
        expect(await node.accounts.find(before)).toEqual({ ...after, disabled: true, version: 1 })
      },
    )
  })
}
