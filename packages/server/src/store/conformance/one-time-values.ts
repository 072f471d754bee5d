import { equal } from 'node:assert/strict'
import { casesOf, concurrently, passed } from './case.js'
import { hostileTexts, owner } from './samples.js'

const anHour = 3600

export const oneTimeValues = casesOf(
  'oneTimeValues',
  {
    async 'a value is claimed once, on whichever node'(store, other) {
      const { subject: value } = owner()

      equal(await store.oneTimeValues.claim(value, anHour), 'claimed')
      equal(await store.oneTimeValues.claim(value, anHour), 'taken')
      equal(await other.oneTimeValues.claim(value, anHour), 'taken')
    },

    async 'of 50 that claim a value at once one does'(...nodes) {
      for (let round = 0; round < 5; round++) {
        const { subject: value } = owner()

        const results = await concurrently(50, nodes, (node) => node.oneTimeValues.claim(value, anHour))

        equal(results.filter((result) => result === 'claimed').length, 1)
      }
    },

    async 'of 50 that claim a value again at once, when its time is over, one does'(...nodes) {
      const [store] = nodes
      const { subject: value } = owner()
      await store.oneTimeValues.claim(value, 1)
      await passed(store, (await store.now()) + 1000)

      const results = await concurrently(50, nodes, (node) => node.oneTimeValues.claim(value, anHour))

      equal(results.filter((result) => result === 'claimed').length, 1)
    },

    async 'a refused claim does not make the time longer'(store) {
      const { subject: value } = owner()
      await store.oneTimeValues.claim(value, 1)
      const claimedBy = await store.now()
      equal(await store.oneTimeValues.claim(value, anHour), 'taken')

      await passed(store, claimedBy + 1000)

      equal(await store.oneTimeValues.claim(value, anHour), 'claimed')
    },

    async 'values are told apart by every character'(store, other) {
      const { subject: prefix } = owner()

      for (const text of hostileTexts) equal(await store.oneTimeValues.claim(prefix + text, anHour), 'claimed')
      for (const text of hostileTexts) equal(await other.oneTimeValues.claim(prefix + text, anHour), 'taken')
    },

    async 'deleteExpired leaves what still counts'(store) {
      const [short, long] = [owner().subject, owner().subject]
      await store.oneTimeValues.claim(short, 1)
      await store.oneTimeValues.claim(long, anHour)
      await passed(store, (await store.now()) + 1000)

      // Other cases may have left some, and some stores forget by themselves.
      while ((await store.oneTimeValues.deleteExpired(1000)) > 0);

      equal(await store.oneTimeValues.claim(long, anHour), 'taken')
      equal(await store.oneTimeValues.claim(short, anHour), 'claimed')
    },

    async 'deleteExpired deletes no more than it may'(store) {
      for (let count = 0; count < 3; count++) await store.oneTimeValues.claim(owner().subject, 1)
      await passed(store, (await store.now()) + 1000)

      equal(await store.oneTimeValues.deleteExpired(0), 0)
      equal((await store.oneTimeValues.deleteExpired(1)) <= 1, true)
    },
  },
  [
    'of 50 that claim a value again at once, when its time is over, one does',
    'a refused claim does not make the time longer',
    'deleteExpired leaves what still counts',
    'deleteExpired deletes no more than it may',
  ],
)
