import { deepEqual, equal, ok } from 'node:assert/strict'
import { casesOf, concurrently, passed } from './case.js'
import { hostileTexts, owner } from './samples.js'

const anHour = 3600

export const counters = casesOf(
  'counters',
  {
    async 'a counter begins at 0 and adds up, on every node'(store, other) {
      const { subject: key } = owner()

      equal((await store.counters.add(key, 1, anHour)).count, 1)
      equal((await other.counters.add(key, 4, anHour)).count, 5)
      equal((await store.counters.add(key, -2, anHour)).count, 3)
    },

    async 'an amount of 0 reads, and begins nothing'(store, other) {
      const { subject: key } = owner()

      deepEqual(await store.counters.add(key, 0, anHour), { count: 0, resetsIn: 0 })
      await store.counters.add(key, 3, 60)

      const read = await other.counters.add(key, 0, anHour)
      equal(read.count, 3)
      ok(read.resetsIn <= 60, 'the reading had begun the counter')
    },

    async 'a counter never falls below 0, and does not begin with less'(store) {
      const { subject: key } = owner()

      deepEqual(await store.counters.add(key, -5, anHour), { count: 0, resetsIn: 0 })
      await store.counters.add(key, 2, anHour)
      equal((await store.counters.add(key, -5, anHour)).count, 0)
      equal((await store.counters.add(key, 1, anHour)).count, 1)
    },

    async 'a counter that is taken back to 0 is gone, and begins anew with a window of its own'(store, other) {
      const { subject: key } = owner()
      await store.counters.add(key, 2, anHour)

      equal((await store.counters.add(key, -1, anHour)).count, 1)
      deepEqual(await other.counters.add(key, -1, anHour), { count: 0, resetsIn: 0 })
      deepEqual(await store.counters.add(key, 0, anHour), { count: 0, resetsIn: 0 })
      deepEqual(await other.counters.add(key, 1, 50), { count: 1, resetsIn: 50 })
    },

    async 'of additions and subtractions at once none is lost'(...nodes) {
      const { subject: key } = owner()

      await concurrently(50, nodes, async (node) => {
        await node.counters.add(key, 1, anHour)
        await node.counters.add(key, -1, anHour)
        await node.counters.add(key, 1, anHour)
      })

      equal((await nodes[0]!.counters.add(key, 0, anHour)).count, 50)
    },

    async 'resetsIn is in whole seconds, at most the window of the first addition'(store) {
      const { subject: key } = owner()

      equal((await store.counters.add(key, 1, 100)).resetsIn, 100)
      const { resetsIn } = await store.counters.add(key, 1, anHour)

      ok(Number.isInteger(resetsIn) && 90 <= resetsIn && resetsIn <= 100, `${resetsIn}`)
    },

    async 'a counter can be kept for years'(store, other) {
      const { subject: key } = owner()
      const years = 4 * 366 * 86_400

      await store.counters.add(key, 1, years)

      equal((await other.counters.add(key, 0, anHour)).count, 1)
      ok((await other.counters.add(key, 1, anHour)).resetsIn > years - anHour)
    },

    async 'a counter is gone when its window is over, and begins anew'(store, other) {
      const { subject: key } = owner()
      const { subject: longer } = owner()
      await store.counters.add(longer, 7, anHour)
      await store.counters.add(key, 5, 1)
      await passed(store, (await store.now()) + 1000)

      deepEqual(await other.counters.add(key, 0, 1), { count: 0, resetsIn: 0 })
      deepEqual(await store.counters.add(key, 2, 50), { count: 2, resetsIn: 50 })
      equal((await store.counters.add(longer, 0, 1)).count, 7)
    },

    async 'a window may be a hundred years, and an amount its seconds'(store, other) {
      const { subject: key } = owner()
      const century = 100 * 365 * 24 * 3600

      deepEqual(await store.counters.add(key, 86_400, century), { count: 86_400, resetsIn: century })
      const { count, resetsIn } = await other.counters.add(key, century, century)

      equal(count, 86_400 + century)
      ok(century - 60 <= resetsIn && resetsIn <= century, `${resetsIn}`)
      equal((await store.counters.add(key, -century, 1)).count, 86_400)
    },

    async 'counters are told apart by every character'(store) {
      const { subject: prefix } = owner()
      for (const [index, text] of hostileTexts.entries()) await store.counters.add(prefix + text, index + 1, anHour)

      for (const [index, text] of hostileTexts.entries()) {
        equal((await store.counters.add(prefix + text, 0, anHour)).count, index + 1, JSON.stringify(text))
      }
    },

    async 'of 50 additions at once none is lost, and each is answered a count of its own'(...nodes) {
      const { subject: key } = owner()

      const results = await concurrently(50, nodes, (node) => node.counters.add(key, 1, anHour))

      const counts = results.map((result) => result.count).sort((one, other) => one - other)
      deepEqual(
        counts,
        Array.from({ length: 50 }, (_, index) => index + 1),
      )
    },
  },
  ['a counter is gone when its window is over, and begins anew'],
)
