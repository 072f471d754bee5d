import { ok } from 'node:assert/strict'
import { casesOf, passed } from './case.js'

/** Milliseconds. A clock that is kept by a time service may step back a little. */
const tolerance = 100

export const clock = casesOf('now', {
  async 'now is whole milliseconds since the epoch, the same on every node'(store, other) {
    const [one, two] = [await store.now(), await other.now()]

    ok(Number.isSafeInteger(one) && Number.isSafeInteger(two))
    ok(Date.UTC(2020, 0, 1) < one && one < Date.UTC(2200, 0, 1))
    ok(Math.abs(one - two) < 10_000)
  },

  async 'now goes on, and not back'(store) {
    const start = await store.now()
    let last = start
    for (let reading = 0; reading < 100; reading++) {
      const now = await store.now()
      ok(now >= last - tolerance, `${now} came after ${last}`)
      last = now
    }

    ok((await passed(store, start + 20)) > start)
  },
})
