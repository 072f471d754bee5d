import { deepEqual, equal, ok } from 'node:assert/strict'
import type { SigningKey, Store } from '../store.js'
import { casesOf, concurrently } from './case.js'
import { ageOfLongAgo, hostileBytes, hostileTexts, longAgo, signingKey } from './samples.js'

const text = hostileTexts.join('|')

export const keys = casesOf('keys', {
  async 'a key comes back as it went in'(store, other) {
    const plain = signingKey()
    const { kid } = plain
    const full = signingKey({ kid: `${kid} ${text}`, algorithm: `${kid} ${text}`, state: 'retired', publicKey: text })
    const sealed = signingKey({ sealedPrivateKey: hostileBytes, state: 'next', createdAt: 1, since: 2 })

    for (const one of [plain, full, sealed]) {
      equal(await store.keys.create(one), 'created')
      deepEqual(await find(other, one.kid), one)
    }
  },

  async 'keys are listed from the oldest to the newest'(store) {
    const { algorithm } = signingKey()
    for (const createdAt of [20, 10, 30])
      await store.keys.create(signingKey({ algorithm, createdAt, state: 'retired' }))

    const listed = await of(store, algorithm)

    deepEqual(
      listed.map((key) => key.createdAt),
      [10, 20, 30],
    )
  },

  async 'an algorithm has one current and one next key, and any number of retired ones'(store, other) {
    const { algorithm } = signingKey()
    for (const state of ['current', 'next'] as const) {
      equal(await store.keys.create(signingKey({ algorithm, state })), 'created')
      equal(await store.keys.create(signingKey({ algorithm, state })), 'taken')
      equal(await other.keys.create(signingKey({ algorithm, state })), 'taken')
    }
    equal(await store.keys.create(signingKey({ algorithm, state: 'retired' })), 'created')
    equal(await store.keys.create(signingKey({ algorithm, state: 'retired' })), 'created')
    equal(await store.keys.create(signingKey()), 'created')

    equal((await of(store, algorithm)).length, 4)
  },

  async 'a kid that is kept is taken, and the first stays'(store) {
    const first = signingKey()
    await store.keys.create(first)

    equal(await store.keys.create(signingKey({ kid: first.kid, state: 'retired' })), 'taken')

    deepEqual(await find(store, first.kid), first)
  },

  async 'of 50 that make the first key at once one succeeds'(...nodes) {
    const { algorithm } = signingKey()

    const results = await concurrently(50, nodes, (node) => node.keys.create(signingKey({ algorithm })))

    equal(results.filter((result) => result === 'created').length, 1)
    equal((await of(nodes[0], algorithm)).length, 1)
  },

  async 'rotate retires the current key and puts the next in its place'(store, other) {
    const current = signingKey({ since: 1 })
    const next = signingKey({ algorithm: current.algorithm, state: 'next', since: 1 })
    await store.keys.create(current)
    await store.keys.create(next)
    const earliest = await store.now()

    equal(await store.keys.rotate({ current: current.kid, next: next.kid }), 'rotated')

    const latest = await store.now()
    const retired = await find(other, current.kid)
    const since = retired?.since ?? 0
    ok(earliest <= since && since <= latest)
    deepEqual(retired, { ...current, state: 'retired', since })
    deepEqual(await find(other, next.kid), { ...next, state: 'current', since })
    equal(await store.keys.create(signingKey({ algorithm: current.algorithm, state: 'next' })), 'created')
  },

  async 'rotate loses where a key is not what its name says, and changes nothing'(store) {
    const current = signingKey()
    const next = signingKey({ algorithm: current.algorithm, state: 'next' })
    const retired = signingKey({ algorithm: current.algorithm, state: 'retired' })
    const foreign = signingKey({ state: 'next' })
    for (const key of [current, next, retired, foreign]) await store.keys.create(key)
    const wrong = [
      { current: next.kid, next: current.kid },
      { current: retired.kid, next: next.kid },
      { current: current.kid, next: retired.kid },
      { current: current.kid, next: current.kid },
      { current: current.kid, next: foreign.kid },
      { current: current.kid, next: 'unknown' },
      { current: 'unknown', next: next.kid },
    ]

    for (const change of wrong) equal(await store.keys.rotate(change), 'lost')

    for (const key of [current, next, retired, foreign]) deepEqual(await find(store, key.kid), key)
  },

  async 'of 50 that rotate at once one succeeds'(...nodes) {
    const [store] = nodes
    const current = signingKey()
    const next = signingKey({ algorithm: current.algorithm, state: 'next' })
    await store.keys.create(current)
    await store.keys.create(next)

    const results = await concurrently(50, nodes, (node) => node.keys.rotate({ current: current.kid, next: next.kid }))

    equal(results.filter((result) => result === 'rotated').length, 1)
    equal((await find(store, current.kid))?.state, 'retired')
    equal((await find(store, next.kid))?.state, 'current')
  },

  async 'deleteRetired forgets keys that have been retired for long, and no others'(store, other) {
    const retention = ageOfLongAgo(await store.now())
    await store.keys.deleteRetired(retention)
    const old = [1, 2].map(() => signingKey({ state: 'retired', since: longAgo }))
    const kept = [
      signingKey({ state: 'current', since: longAgo }),
      signingKey({ state: 'next', since: longAgo }),
      signingKey({ state: 'retired' }),
    ]
    for (const key of [...old, ...kept]) await store.keys.create(key)

    equal(await other.keys.deleteRetired(retention), 2)

    equal(await store.keys.deleteRetired(retention), 0)
    for (const key of old) equal(await find(store, key.kid), undefined)
    for (const key of kept) deepEqual(await find(store, key.kid), key)
  },

  async 'what the caller does to a key does not reach the store'(store) {
    const given = signingKey()
    const kept = structuredClone(given)
    await store.keys.create(given)
    given.sealedPrivateKey.fill(0)
    ;(await find(store, kept.kid))?.sealedPrivateKey.fill(0)

    deepEqual(await find(store, kept.kid), kept)
  },
})

async function find(store: Store, kid: string): Promise<SigningKey | undefined> {
  return (await store.keys.list()).find((key) => key.kid === kid)
}

async function of(store: Store, algorithm: string): Promise<SigningKey[]> {
  return (await store.keys.list()).filter((key) => key.algorithm === algorithm)
}
