import { deepEqual, equal, match, notDeepEqual, ok } from 'node:assert/strict'
import type { RevocationEntry } from '@sessionward/protocol'
import type { Store } from '../store.js'
import { casesOf, concurrently, passed } from './case.js'
import { owner, session, sessionId } from './samples.js'

/** Ends and their entries. */
export const revocation = casesOf(
  'sessions',
  {
    async 'revoke ends a session, says why and when, and answers the entry'(store, other) {
      const before = session({ generation: 2 })
      await store.sessions.create(before)
      const earliest = await store.now()

      const entry = await store.sessions.revoke(before.id, 'refresh_token_reused', 300)

      const latest = await store.now()
      const { session: after } = await other.sessions.find(before.id)
      const at = after?.ended?.at ?? 0
      ok(earliest <= at && at <= latest)
      deepEqual(after, { ...before, ended: { reason: 'refresh_token_reused', at } })
      const expires = (entry as RevocationEntry).expires
      deepEqual(entry, { sid: before.id, reason: 'refresh_token_reused', expires })
      ok(Number.isSafeInteger(expires))
      // Rounded up: never gone before an access token of the session is.
      ok(earliest + 300_000 <= expires * 1000 && expires * 1000 <= latest + 301_000)
    },

    async 'the first reason stays: revoking again answers null and changes nothing'(store, other) {
      const before = session()
      await store.sessions.create(before)
      await store.sessions.revoke(before.id, 'signed_out', 300)
      const { session: ended } = await store.sessions.find(before.id)

      equal(await store.sessions.revoke(before.id, 'session_revoked', 300), null)
      equal(await other.sessions.revoke(before.id, 'signed_out', 300), null)

      deepEqual((await store.sessions.find(before.id)).session, ended)
      equal((await entriesOf(store, before.id)).length, 1)
    },

    async 'an unknown session has no entry'(store) {
      const id = sessionId()

      equal(await store.sessions.revoke(id, 'signed_out', 300), null)

      deepEqual(await entriesOf(store, id), [])
    },

    async 'of 50 that revoke at once one gets the entry, and there is one'(...nodes) {
      const [store] = nodes
      const before = session()
      await store.sessions.create(before)

      const results = await concurrently(50, nodes, (node) => node.sessions.revoke(before.id, 'signed_out', 300))

      const entries = results.filter((entry) => entry !== null)
      equal(entries.length, 1)
      deepEqual(await entriesOf(store, before.id), entries)
    },

    async "revokeBySubject ends all active sessions of the subject but one, and no one else's"(store, other) {
      const who = owner('acme')
      const [kept, ...ended] = [session(who), session(who), session(who), session(who)]
      const strangers = [
        session({ subject: who.subject, tenant: '' }),
        session({ subject: who.subject, tenant: 'ACME' }),
        session({ subject: `${who.subject} `, tenant: 'acme' }),
        session({ subject: 'acme', tenant: who.subject }),
      ]
      const earlier = session(who)
      for (const one of [kept!, ...ended, ...strangers, earlier]) await store.sessions.create(one)
      await store.sessions.revoke(earlier.id, 'signed_out', 300)

      const entries = await store.sessions.revokeBySubject(who, 'credentials_changed', 300, kept!.id)

      deepEqual(sidsOf(entries), ended.map((one) => one.id).sort())
      for (const { id } of ended) {
        equal((await other.sessions.find(id)).session?.ended?.reason, 'credentials_changed')
        deepEqual(
          await entriesOf(other, id),
          entries.filter((entry) => 'sid' in entry && entry.sid === id),
        )
      }
      for (const one of [kept!, ...strangers]) deepEqual((await store.sessions.find(one.id)).session, one)
      equal((await store.sessions.find(earlier.id)).session?.ended?.reason, 'signed_out')
    },

    async 'revokeBySubject without an exception leaves none, and a second time has nothing to do'(store) {
      const who = owner()
      const sessions = [session(who), session(who)]
      for (const one of sessions) await store.sessions.create(one)

      equal((await store.sessions.revokeBySubject(who, 'signed_out', 300)).length, 2)

      deepEqual(await store.sessions.revokeBySubject(who, 'signed_out', 300), [])
      deepEqual(await store.sessions.listBySubject(who), [])
    },

    async 'of 20 that revoke all of a subject at once each session has one entry'(...nodes) {
      const [store] = nodes
      const who = owner()
      const sessions = Array.from({ length: 5 }, () => session(who))
      for (const one of sessions) await store.sessions.create(one)

      const results = await concurrently(20, nodes, (node) => node.sessions.revokeBySubject(who, 'signed_out', 300))

      deepEqual(sidsOf(results.flat()), sessions.map((one) => one.id).sort())
      for (const { id } of sessions) equal((await entriesOf(store, id)).length, 1)
    },

    async 'revokedSince answers what was written at or after an instant'(store, other) {
      const [first, second] = [session(), session()]
      await store.sessions.create(first)
      await store.sessions.create(second)
      const beforeFirst = await store.now()
      await store.sessions.revoke(first.id, 'signed_out', 300)
      const between = await passed(store, await store.now())
      await store.sessions.revoke(second.id, 'signed_out', 300)
      const afterSecond = await passed(store, await store.now())

      equal((await entriesOf(other, first.id, beforeFirst)).length, 1)
      equal((await entriesOf(other, second.id, beforeFirst)).length, 1)
      equal((await entriesOf(other, first.id, between)).length, 0)
      equal((await entriesOf(other, second.id, between)).length, 1)
      equal((await entriesOf(other, second.id, afterSecond)).length, 0)
      equal((await entriesOf(other, first.id, null)).length, 1)
    },

    async "revokedSince names the store's history, always by the same name, and the clock"(store, other) {
      const before = await store.now()
      const one = await store.sessions.revokedSince(null)
      const again = await other.sessions.revokedSince(0)
      const after = await store.now()

      // The alphabet and length of a cursor of the revocation feed.
      match(one.epoch, /^[A-Za-z0-9_-]{1,64}$/)
      equal(again.epoch, one.epoch)
      ok(before <= one.now && one.now <= again.now && again.now <= after)
    },

    async 'an entry is gone when it has expired, and not before'(store) {
      const [short, long] = [session(), session()]
      await store.sessions.create(short)
      await store.sessions.create(long)
      const entry = await store.sessions.revoke(short.id, 'signed_out', 1)
      await store.sessions.revoke(long.id, 'signed_out', 300)
      equal((await entriesOf(store, short.id)).length, 1)

      await passed(store, (entry?.expires ?? 0) * 1000)

      equal((await entriesOf(store, short.id)).length, 0)
      await store.sessions.deleteExpired(365 * 24 * 3600, 1000)
      equal((await entriesOf(store, long.id)).length, 1)
      equal((await store.sessions.find(short.id)).session?.ended?.reason, 'signed_out')
    },

    async 'a changed profile is an entry of its own, with its tenant where there is one'(store, other) {
      const [alone, tenanted] = [owner(), owner('acme')]

      const one = await store.sessions.recordProfileChange(alone, 4, 300)
      const two = await store.sessions.recordProfileChange(tenanted, 5, 300)

      deepEqual(one, { sub: alone.subject, pv: 4, expires: one.expires })
      deepEqual(two, { sub: tenanted.subject, tenant: 'acme', pv: 5, expires: two.expires })
      const { entries, now } = await other.sessions.revokedSince(null)
      ok(now + 298_000 < one.expires * 1000 && one.expires * 1000 <= now + 301_000)
      deepEqual(
        entries.filter((entry) => 'sub' in entry && [alone.subject, tenanted.subject].includes(entry.sub)),
        [one, two],
      )
    },

    async 'what the caller does to an entry does not reach the store'(store) {
      const before = session()
      await store.sessions.create(before)
      const entry = await store.sessions.revoke(before.id, 'signed_out', 300)
      const kept = structuredClone(entry)
      Object.assign(entry!, { reason: 'spoilt' })
      Object.assign((await entriesOf(store, before.id))[0]!, { reason: 'spoilt' })

      notDeepEqual(entry, kept)
      deepEqual(await entriesOf(store, before.id), [kept])
    },
  },
  ['an entry is gone when it has expired, and not before'],
)

async function entriesOf(store: Store, sid: string, from: number | null = null): Promise<RevocationEntry[]> {
  const { entries } = await store.sessions.revokedSince(from)
  return entries.filter((entry) => 'sid' in entry && entry.sid === sid)
}

function sidsOf(entries: readonly RevocationEntry[]): string[] {
  return entries.map((entry) => ('sid' in entry ? entry.sid : '')).sort()
}
