import { deepEqual, equal } from 'node:assert/strict'
import { decideAdmission } from '../../session/session-limit.js'
import type { Store } from '../store.js'
import { casesOf, concurrently } from './case.js'
import { hostileTexts, owner, session } from './samples.js'

/** Sessions that begin one after the other, and by which sign-in one was replaced. */
export const ordinals = casesOf('sessions', {
  async 'a session with the next ordinal is kept as it is, and the ordinal is the last'(store, other) {
    const who = owner()
    const [first, second] = [session(who), session(who)]
    equal(await store.sessions.lastOrdinal(who), 0)

    equal(await store.sessions.create(first, 1), 'created')
    equal(await other.sessions.lastOrdinal(who), 1)
    equal(await other.sessions.create(second, 2), 'created')

    equal(await store.sessions.lastOrdinal(who), 2)
    deepEqual((await store.sessions.find(first.id)).session, first)
    deepEqual((await other.sessions.find(second.id)).session, second)
  },

  async 'a session whose ordinal is taken is not kept, and may begin with the next one'(store, other) {
    const who = owner()
    await store.sessions.create(session(who), 1)
    const late = session(who)

    equal(await other.sessions.create(late, 1), 'taken')

    equal((await store.sessions.find(late.id)).session, null)
    equal((await store.sessions.listBySubject(who)).length, 1)
    equal(await store.sessions.lastOrdinal(who), 1)
    equal(await other.sessions.create(late, 2), 'created')
    deepEqual((await store.sessions.find(late.id)).session, late)
  },

  async 'of 20 that begin with one ordinal at once one is kept'(...nodes) {
    const who = owner()
    const all = Array.from({ length: 20 }, () => session(who))

    const outcomes = await concurrently(20, nodes, (node, index) => node.sessions.create(all[index]!, 1))

    deepEqual(outcomes.toSorted(), ['created', ...Array<string>(19).fill('taken')])
    const kept = all[outcomes.indexOf('created')]
    deepEqual(await nodes[0].sessions.listBySubject(who), [kept])
  },

  async 'a caller that reads an ordinal finds its session in the list'(...nodes) {
    const who = owner()

    // Each takes the next ordinal as often as it takes to get one.
    await concurrently(12, nodes, async (node) => {
      for (;;) {
        const last = await node.sessions.lastOrdinal(who)
        equal((await node.sessions.listBySubject(who)).length >= last, true)
        if ((await node.sessions.create(session(who), last + 1)) === 'created') return
      }
    })

    equal(await nodes[0].sessions.lastOrdinal(who), 12)
    equal((await nodes[1].sessions.listBySubject(who)).length, 12)
  },

  async 'of 20 sign-ins at once exactly as many sessions stay as may, and never more are active'(...nodes) {
    const who = owner()
    const policy = { maxSessions: 3, per: 'subject', onExceed: 'replace' } as const
    const seen: number[] = []

    await concurrently(20, nodes, async (node) => {
      const one = session(who)
      for (;;) {
        const last = await node.sessions.lastOrdinal(who)
        const active = await node.sessions.listBySubject(who)
        seen.push(active.length)
        const admission = decideAdmission(policy, one, active, [])
        const replaced = admission.outcome === 'admit' ? admission.replaced : []
        for (const id of replaced) await node.sessions.revoke(id, 'session_replaced', 300)
        if ((await node.sessions.create(one, last + 1)) === 'created') return
      }
    })

    equal((await nodes[0].sessions.listBySubject(who)).length, 3)
    equal(Math.max(...seen) <= 3, true)
    equal(await nodes[1].sessions.lastOrdinal(who), 20)
  },

  async 'the ordinal of a session that has ended stays taken, and sessions without one have none'(store) {
    const who = owner()
    const ended = session(who)
    await store.sessions.create(ended, 1)
    await store.sessions.revoke(ended.id, 'signed_out', 300)
    await store.sessions.create(session(who))

    equal(await store.sessions.lastOrdinal(who), 1)
    equal(await store.sessions.create(session(who), 1), 'taken')
    equal(await store.sessions.create(session(who), 2), 'created')
  },

  async 'each tenant and each subject has ordinals of its own'(store) {
    const { subject } = owner()
    const owners = hostileTexts.flatMap((text) => [
      { tenant: text, subject },
      { tenant: subject, subject: text },
    ])

    const outcomes = await Promise.all(owners.map((who) => store.sessions.create(session(who), 1)))

    deepEqual(new Set(outcomes), new Set(['created']))
    equal(await store.sessions.lastOrdinal(owner()), 0)
  },

  async 'revoke keeps by which sign-in a session was replaced, whatever its device is called'(store, other) {
    const all = hostileTexts.map((name) => ({
      one: session(),
      replacedBy: { at: 1_800_000_000, device: { name, class: 'phone' as const }, address: '2001:db8:0:0::/64' },
    }))
    await Promise.all(all.map(({ one }) => store.sessions.create(one)))

    await Promise.all(
      all.map(({ one, replacedBy }) => store.sessions.revoke(one.id, 'session_replaced', 300, replacedBy)),
    )

    for (const { one, replacedBy } of all) {
      const { session: found } = await other.sessions.find(one.id)
      deepEqual(found, { ...one, ended: { reason: 'session_replaced', at: found?.ended?.at, replacedBy } })
      deepEqual(await reasonsOf(other, one.id), ['session_replaced'])
    }
  },

  async 'what replaced a session is kept with one that is created ended, and never changes'(store, other) {
    const replacedBy = { at: 1_800_000_000, device: {}, address: null }
    const before = session({ ended: { reason: 'session_replaced', at: Date.now(), replacedBy } })
    await store.sessions.create(before)

    equal(await other.sessions.revoke(before.id, 'session_replaced', 300, { ...replacedBy, at: 1 }), null)

    deepEqual((await store.sessions.find(before.id)).session, before)
  },
})

async function reasonsOf(store: Store, sid: string): Promise<readonly string[]> {
  const { entries } = await store.sessions.revokedSince(null)
  return entries.flatMap((entry) => ('sid' in entry && entry.sid === sid ? [entry.reason] : []))
}
