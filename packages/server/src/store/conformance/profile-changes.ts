import { deepEqual, ok } from 'node:assert/strict'
import { casesOf } from './case.js'
import { owner, session } from './samples.js'

/** From when on what was read of a profile counts. */
export const profileChanges = casesOf('sessions', {
  async 'outdateProfile moves profileFrom of every active session of the subject, and nothing else'(store, other) {
    const who = owner('acme')
    const own = [session({ ...who, profileFrom: 1 }), session({ ...who, profileFrom: 2 })]
    const strangers = [session({ ...who, tenant: '' }), session({ ...who, subject: `${who.subject} ` })]
    const ended = session({ ...who, ended: { reason: 'signed_out', at: Date.now() } })
    for (const one of [...own, ...strangers, ended]) await store.sessions.create(one)
    const earliest = await store.now()

    await store.sessions.outdateProfile(who, 30)

    const latest = await store.now()
    for (const before of own) {
      const { session: after } = await other.sessions.find(before.id)
      const { profileFrom } = after!
      ok(earliest + 30_000 <= profileFrom && profileFrom <= latest + 30_000)
      deepEqual(after, { ...before, profileFrom })
    }
    for (const one of [...strangers, ended]) deepEqual((await other.sessions.find(one.id)).session, one)
  },

  async 'profileFrom never moves backwards'(store) {
    const far = Date.now() + 3_600_000
    const before = session({ profileFrom: far })
    await store.sessions.create(before)

    await store.sessions.outdateProfile(before, 0)

    deepEqual((await store.sessions.find(before.id)).session, before)
  },

  async 'a confirmation at the same time neither undoes it nor is undone'(store, other) {
    const sessions = Array.from({ length: 20 }, () => session({ profileFrom: 1 }))
    for (const one of sessions) await store.sessions.create(one)

    await Promise.all(
      sessions.flatMap((one) => [
        store.sessions.outdateProfile(one, 0),
        other.sessions.touch(one.id, one, one.idleDeadline + 5),
      ]),
    )

    for (const one of sessions) {
      const { session: after } = await store.sessions.find(one.id)
      ok(after!.profileFrom > 1)
      deepEqual(after, { ...one, profileFrom: after!.profileFrom, idleDeadline: one.idleDeadline + 5 })
    }
  },
})
