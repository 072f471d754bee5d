import { deepEqual, equal } from 'node:assert/strict'
import { casesOf, passed } from './case.js'
import { ageOfLongAgo, hostileTexts, longAgo, owner, session, successor } from './samples.js'

const hour = 3_600_000

/** Lists of sessions, and what sweeps leave of them. */
export const lists = casesOf('sessions', {
  async 'listBySubject has the active sessions of the subject, the newest first'(store, other) {
    const who = owner()
    const [oldest, middle, newest] = [3, 2, 1].map((age) => session({ ...who, createdAt: Date.now() - age * 1000 }))
    for (const one of [middle!, newest!, oldest!, session()]) await store.sessions.create(one)

    deepEqual(await other.sessions.listBySubject(who), [newest, middle, oldest])
  },

  async 'listBySubject has neither ended sessions nor those whose deadlines have passed'(store) {
    const who = owner()
    const alive = session(who)
    const now = await store.now()
    const others = [
      session({ ...who, idleDeadline: now }),
      session({ ...who, idleDeadline: now - hour }),
      session({ ...who, absoluteDeadline: now }),
      session({ ...who, absoluteDeadline: now - hour, idleDeadline: now + hour }),
      session({ ...who, ended: { reason: 'signed_out', at: now } }),
    ]
    const revoked = session(who)
    for (const one of [alive, ...others, revoked]) await store.sessions.create(one)
    await store.sessions.revoke(revoked.id, 'signed_out', 300)

    deepEqual(await store.sessions.listBySubject(who), [alive])
  },

  async 'listBySubject tells tenants and subjects apart by every character'(store) {
    const unique = owner().subject
    const owners = hostileTexts.flatMap((text) => [
      { tenant: text, subject: unique },
      { tenant: unique, subject: text },
      // Pairs that are one text when they are joined.
      { tenant: `${unique}${text}a`, subject: 'b' },
      { tenant: unique, subject: `a${text}b` },
    ])
    const all = owners.map((one) => session(one))
    await Promise.all(all.map((one) => store.sessions.create(one)))

    for (const { tenant, subject } of all) {
      const expected = all.filter((other) => other.tenant === tenant && other.subject === subject)
      const found = await store.sessions.listBySubject({ tenant, subject })
      deepEqual(found.map((one) => one.id).sort(), expected.map((one) => one.id).sort())
    }
  },

  async 'listBySubject of an unknown subject is empty'(store) {
    deepEqual(await store.sessions.listBySubject(owner()), [])
  },

  async 'a session that is used again is listed with its new deadline'(store) {
    const who = owner()
    const before = session({ ...who, idleDeadline: Date.now() + 1 })
    await store.sessions.create(before)
    const next = { ...successor(before), idleDeadline: Date.now() + hour }
    await store.sessions.confirm(before.id, before, next)
    await passed(store, before.idleDeadline)

    deepEqual(await store.sessions.listBySubject(who), [{ ...before, ...next }])
  },

  async 'deleteExpired deletes what is over for long, never more than it may, and says how many'(store, other) {
    const retention = ageOfLongAgo(await store.now())
    await store.sessions.deleteExpired(retention, 1000)
    const over = [
      session({ idleDeadline: longAgo }),
      session({ idleDeadline: longAgo + 1 }),
      session({ absoluteDeadline: longAgo }),
      session({ ended: { reason: 'signed_out', at: longAgo } }),
      session({ idleDeadline: longAgo, absoluteDeadline: longAgo, ended: { reason: 'signed_out', at: longAgo } }),
    ]
    for (const one of over) await store.sessions.create(one)

    equal(await store.sessions.deleteExpired(retention, 0), 0)
    equal(await store.sessions.deleteExpired(retention, 2), 2)
    equal((await Promise.all(over.map(({ id }) => other.sessions.find(id)))).filter((one) => one.session).length, 3)
    equal(await other.sessions.deleteExpired(retention, 1000), 3)
    equal(await store.sessions.deleteExpired(retention, 1000), 0)
    for (const { id } of over) equal((await store.sessions.find(id)).session, null)
  },

  async 'deleteExpired leaves what is active, and what has not been over for long enough'(store) {
    const now = await store.now()
    const retention = ageOfLongAgo(now)
    const kept = [
      session(),
      session({ idleDeadline: now - hour }),
      session({ absoluteDeadline: now - hour }),
      session({ ended: { reason: 'signed_out', at: now - hour } }),
    ]
    for (const one of kept) await store.sessions.create(one)
    const revoked = session()
    await store.sessions.create(revoked)
    await store.sessions.revoke(revoked.id, 'signed_out', 300)

    await store.sessions.deleteExpired(retention, 1000)

    for (const one of kept) deepEqual((await store.sessions.find(one.id)).session, one)
    equal((await store.sessions.find(revoked.id)).session?.ended?.reason, 'signed_out')
  },

  async 'deleteExpired goes by the deadline that a session has now, however many were used again'(store) {
    const retention = ageOfLongAgo(await store.now())
    const used = Array.from({ length: 20 }, () => session({ idleDeadline: longAgo }))
    for (const one of used) await store.sessions.create(one)
    for (const [index, one] of used.entries()) {
      const next = { ...successor(one), idleDeadline: Date.now() + hour }
      if (index % 2 === 0) await store.sessions.confirm(one.id, one, next)
      else await store.sessions.touch(one.id, one, next.idleDeadline)
    }
    const over = session({ idleDeadline: longAgo + 1 })
    await store.sessions.create(over)

    equal(await store.sessions.deleteExpired(retention, 3), 1)

    equal((await store.sessions.find(over.id)).session, null)
    for (const { id } of used) equal((await store.sessions.find(id)).session?.id, id)
  },

  async 'a session that was deleted is listed no more, and its id may come again'(store) {
    const who = owner()
    const over = session({ ...who, idleDeadline: longAgo })
    await store.sessions.create(over)
    await store.sessions.deleteExpired(ageOfLongAgo(await store.now()), 1000)
    const again = session({ ...who, id: over.id })

    await store.sessions.create(again)

    deepEqual(await store.sessions.listBySubject(who), [again])
  },
})
