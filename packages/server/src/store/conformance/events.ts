import { deepEqual, equal } from 'node:assert/strict'
import type { StoredEvent } from '../store.js'
import { casesOf } from './case.js'
import { ageOfLongAgo, hostileTexts, longAgo, owner, storedEvent } from './samples.js'

const text = hostileTexts.join('|')

export const events = casesOf('events', {
  async 'an event comes back as it went in'(store, other) {
    const full = storedEvent({
      tenant: text,
      subject: `${owner().subject} ${text}`,
      type: text,
      sid: text,
      at: Date.now(),
      detail: JSON.parse(`{"__proto__":1,"text":${JSON.stringify(text)},"nested":{"$set":[1.5,null,true]}}`),
    })
    await store.events.append({ ...full, id: full.id + text })

    deepEqual(await other.events.list({ owner: ownerOf(full), limit: 10 }), [{ ...full, id: full.id + text }])
  },

  async 'events of a subject are listed from the newest, no more than the limit'(store, other) {
    const who = owner('acme')
    const [first, second, third] = [1, 2, 3].map((at) => storedEvent({ ...who, at }))
    const othersEvents = [
      storedEvent({ ...who, tenant: '' }),
      storedEvent({ tenant: 'acme', subject: null }),
      storedEvent({ tenant: who.subject, subject: 'acme' }),
    ]
    for (const event of [second!, third!, first!, ...othersEvents]) await store.events.append(event)

    deepEqual(await other.events.list({ owner: who, limit: 10 }), [third, second, first])
    deepEqual(await other.events.list({ owner: who, limit: 2 }), [third, second])
    deepEqual(await store.events.list({ owner: owner(), limit: 10 }), [])
  },

  async 'without an owner the newest of all are listed, those without a subject too'(store) {
    const at = Date.now() + 60_000
    const [older, newer] = [storedEvent({ at }), storedEvent({ at: at + 1, subject: null })]
    await store.events.append(newer)
    await store.events.append(older)

    const listed = await store.events.list({ limit: 1000 })

    const ids = listed.map((event) => event.id)
    equal(ids.indexOf(older.id), ids.indexOf(newer.id) + 1)
    deepEqual(listed[ids.indexOf(newer.id)], newer)
  },

  async 'an append may be repeated: the event is there once, as it was first'(store, other) {
    const event = storedEvent()
    await store.events.append(event)

    await other.events.append(event)
    await store.events.append({ ...event, type: 'another' })

    deepEqual(await store.events.list({ owner: ownerOf(event), limit: 10 }), [event])
  },

  async 'deleteOlderThan deletes the old, never more than it may, and says how many'(store, other) {
    const seconds = ageOfLongAgo(await store.now())
    await store.events.deleteOlderThan(seconds, 1000)
    const who = owner()
    const kept = storedEvent(who)
    const old = [0, 1, 2].map((after) => storedEvent({ ...who, at: longAgo + after }))
    for (const event of [kept, ...old]) await store.events.append(event)

    equal(await store.events.deleteOlderThan(seconds, 2), 2)
    equal((await store.events.list({ owner: who, limit: 10 })).length, 2)
    equal(await other.events.deleteOlderThan(seconds, 1000), 1)

    equal(await store.events.deleteOlderThan(seconds, 1000), 0)
    deepEqual(await store.events.list({ owner: who, limit: 10 }), [kept])
  },
})

function ownerOf({ tenant, subject }: StoredEvent) {
  return { tenant, subject: subject ?? '' }
}
