import assert from 'node:assert/strict'
import { casesOf } from './case.js'
import { session } from './samples.js'
import { assertUnavailable } from './verbs.js'

export const close = casesOf('close', {
  'finishes what was begun, then is unavailable and not empty, and leaves other stores alone': async (one, other) => {
    const kept = session()
    await one.sessions.create(kept)
    let settled = 0
    const touches = [1, 2, 3].map((later) =>
      one.sessions.touch(kept.id, kept, kept.idleDeadline + later).finally(() => settled++),
    )
    await Promise.all([one.close(), one.close()])

    assert.equal(settled, 3)
    assert.deepEqual(await Promise.all(touches), ['touched', 'touched', 'touched'])
    // A clock that is the machine's own may go on.
    await assertUnavailable(one, { message: /^the store is closed$/, answered: ['now'] })
    assert.equal((await other.sessions.find(kept.id)).session?.idleDeadline, kept.idleDeadline + 3)
  },
})
