import { deepEqual, equal, ok } from 'node:assert/strict'
import type { SupersededToken } from '../../session/session.js'
import type { Store } from '../store.js'
import { casesOf, concurrently } from './case.js'
import { bytes, session, sessionId, successor } from './samples.js'

/** Compare-and-set: who won is said, and the record is the winner's. */
export const confirmation = casesOf('sessions', {
  async 'confirm puts the next token in the place of the expected one'(store, other) {
    const before = session({ generation: 3 })
    await store.sessions.create(before)
    const next = successor(before)

    equal(await store.sessions.confirm(before.id, before, next), 'confirmed')

    deepEqual(await read(store, before.id), { ...before, ...next })
    deepEqual(await read(other, before.id), { ...before, ...next })
  },

  async 'the superseded list is kept as it is given, from none to thirty-two'(store) {
    let record = session({ generation: 0xfffffff0 })
    await store.sessions.create(record)
    for (let rotation = 0; rotation < 6; rotation++) {
      const next = successor(record)
      await store.sessions.confirm(record.id, record, next)
      record = { ...record, ...next }
      deepEqual(await read(store, record.id), record)
    }
    for (const length of [32, 5, 0]) {
      const next = { ...successor(record), superseded: Array.from({ length }, supersededToken) }
      await store.sessions.confirm(record.id, record, next)
      record = { ...record, ...next }
      deepEqual(await read(store, record.id), record)
    }
  },

  async 'a supersession that was decided just now is dated by the clock of the store at the write'(store) {
    const before = session({ superseded: [{ generation: 0, nonce: bytes(8), at: 77 }] })
    await store.sessions.create(before)
    const decidedAt = (await store.now()) - 60_000
    const [latest, ...earlier] = successor(before).superseded
    const superseded = [{ ...latest!, at: decidedAt }, ...earlier]
    const from = await store.now()

    await store.sessions.confirm(before.id, before, { ...successor(before), superseded, decidedAt })

    const [written, ...others] = (await read(store, before.id))?.superseded ?? []
    ok(written && written.at >= from && written.at <= (await store.now()), 'the window opens at the write')
    deepEqual(others, earlier)
  },

  async 'confirm loses against another generation or nonce, and changes nothing'(store) {
    const before = session({
      generation: 3,
      nonce: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0),
    })
    await store.sessions.create(before)
    const others = [
      { generation: 2, nonce: before.nonce },
      { generation: 4, nonce: before.nonce },
      { generation: 3, nonce: bytes(16) },
      { generation: 3, nonce: before.nonce.slice(0, 8) },
      { generation: 3, nonce: before.nonce.slice(0, 15) },
      { generation: 3, nonce: new Uint8Array(16) },
      { generation: 3, nonce: new Uint8Array(0) },
    ]

    for (const expected of others) {
      equal(await store.sessions.confirm(before.id, expected, successor(before)), 'lost')
      equal(await store.sessions.touch(before.id, expected, before.idleDeadline + 1), 'lost')
    }

    deepEqual(await read(store, before.id), before)
  },

  async 'confirm and touch lose against an ended session, and change nothing'(store) {
    const before = session()
    await store.sessions.create(before)
    await store.sessions.revoke(before.id, 'signed_out', 300)
    const ended = await read(store, before.id)

    equal(await store.sessions.confirm(before.id, before, successor(before)), 'lost')
    equal(await store.sessions.touch(before.id, before, before.idleDeadline + 1), 'lost')

    deepEqual(await read(store, before.id), ended)
  },

  async 'the same confirmation a second time is lost'(store, other) {
    const before = session()
    await store.sessions.create(before)
    const next = successor(before)
    await store.sessions.confirm(before.id, before, next)

    equal(await other.sessions.confirm(before.id, before, next), 'lost')
    equal(await store.sessions.confirm(before.id, before, successor(before)), 'lost')
  },

  async 'concurrent confirmations of several sessions are decided one by one'(store) {
    const [right, generation, nonce, ended, twice] = Array.from({ length: 5 }, () => session({ generation: 3 }))
    const all = [right!, generation!, nonce!, ended!, twice!]
    for (const one of all) await store.sessions.create(one)
    await store.sessions.revoke(ended!.id, 'signed_out', 300)
    const before = await Promise.all(all.map(({ id }) => read(store, id)))
    const presented = [
      { id: twice!.id, expected: twice! },
      { id: right!.id, expected: right! },
      { id: generation!.id, expected: { ...generation!, generation: 2 } },
      { id: nonce!.id, expected: { ...nonce!, nonce: new Uint8Array(16) } },
      { id: ended!.id, expected: ended! },
      { id: sessionId(), expected: right! },
      { id: twice!.id, expected: twice! },
    ]
    const deadline = right!.idleDeadline + 5000

    const touched = await Promise.all(presented.map(({ id, expected }) => store.sessions.touch(id, expected, deadline)))
    deepEqual(touched, ['touched', 'touched', 'lost', 'lost', 'lost', 'lost', 'touched'])
    const next = { ...successor(right!), idleDeadline: deadline }
    const [first, second, ...others] = await Promise.all(
      presented.map(({ id, expected }) => store.sessions.confirm(id, expected, next)),
    )

    deepEqual([second, ...others.slice(0, 4)], ['confirmed', 'lost', 'lost', 'lost', 'lost'])
    deepEqual([first, others.at(-1)].sort(), ['confirmed', 'lost'])
    const after = await Promise.all(all.map(({ id }) => read(store, id)))
    deepEqual(after.slice(1, 4), before.slice(1, 4))
    deepEqual(
      [after[0], after[4]],
      [
        { ...right!, ...next },
        { ...twice!, ...next },
      ],
    )
  },

  async 'of 50 that confirm two sessions at once one wins each'(...nodes) {
    const sessions = [session(), session()] as const
    for (const one of sessions) await nodes[0].sessions.create(one)
    const candidates = Array.from({ length: 50 }, (_, index) => successor(sessions[index % 2]!))

    const results = await concurrently(50, [nodes[0], nodes[1]], (_, index) => {
      // Each node is asked for both, so that its batches hold both.
      const node = nodes[Math.floor(index / 2) % 2]!
      return node.sessions.confirm(sessions[index % 2]!.id, sessions[index % 2]!, candidates[index]!)
    })

    for (const [which, before] of sessions.entries()) {
      const won = candidates.filter((_, index) => index % 2 === which && results[index] === 'confirmed')
      equal(won.length, 1, `${won.length} were told that they had won`)
      deepEqual(await read(nodes[0], before.id), { ...before, ...won[0] })
    }
  },

  async 'touch moves the idle deadline and nothing else'(store, other) {
    const before = session({ superseded: [{ generation: 0, nonce: bytes(8), at: 1 }] })
    await store.sessions.create(before)

    equal(await store.sessions.touch(before.id, before, before.idleDeadline + 1), 'touched')

    deepEqual(await read(other, before.id), { ...before, idleDeadline: before.idleDeadline + 1 })
  },

  async 'the idle deadline never moves backwards'(store) {
    const before = session()
    await store.sessions.create(before)
    const next = { ...successor(before), idleDeadline: before.idleDeadline - 1000 }

    equal(await store.sessions.touch(before.id, before, before.idleDeadline - 1), 'touched')
    equal(await store.sessions.confirm(before.id, before, next), 'confirmed')

    deepEqual(await read(store, before.id), { ...before, ...next, idleDeadline: before.idleDeadline })
  },

  async "of 50 that confirm at once one wins, and the record is the winner's"(...nodes) {
    const [store] = nodes
    const before = session({ generation: 7 })
    await store.sessions.create(before)
    const candidates = Array.from({ length: 50 }, () => successor(before))

    const results = await concurrently(50, nodes, (node, index) =>
      node.sessions.confirm(before.id, before, candidates[index]!),
    )

    const won = candidates.filter((_, index) => results[index] === 'confirmed')
    equal(won.length, 1, `${won.length} were told that they had won`)
    equal(results.filter((result) => result === 'lost').length, 49)
    deepEqual(await read(store, before.id), { ...before, ...won[0] })
  },

  async 'no confirmation is lost where 50 sessions are confirmed at once, ten times each'(...nodes) {
    const [store, other] = nodes
    const sessions = Array.from({ length: 50 }, () => session())
    await Promise.all(sessions.map((one) => store.sessions.create(one)))

    const last = await concurrently(50, nodes, async (node, index) => {
      let record = sessions[index]!
      for (let rotation = 0; rotation < 10; rotation++) {
        const next = successor(record)
        equal(await node.sessions.confirm(record.id, record, next), 'confirmed')
        record = { ...record, ...next }
      }
      return record
    })

    for (const record of last) deepEqual(await read(other, record.id), record)
  },

  async 'of 50 that touch at once the latest deadline stays'(...nodes) {
    const [store] = nodes
    const before = session()
    await store.sessions.create(before)

    await concurrently(50, nodes, (node, index) =>
      node.sessions.touch(before.id, before, before.idleDeadline + ((index * 37) % 50)),
    )

    equal((await read(store, before.id))?.idleDeadline, before.idleDeadline + 49)
  },

  async 'of 50 that confirm and revoke at once, the confirmation counts or not, the end always'(...nodes) {
    const [store] = nodes
    for (let round = 0; round < 10; round++) {
      const before = session()
      await store.sessions.create(before)
      const next = successor(before)

      const results = await concurrently<unknown>(50, nodes, (node, index) =>
        (index + round) % 25 === 0
          ? node.sessions.revoke(before.id, 'session_revoked', 300)
          : node.sessions.confirm(before.id, before, next),
      )

      const entries = results.filter((result) => typeof result === 'object' && result !== null)
      const confirmed = results.filter((result) => result === 'confirmed').length
      equal(entries.length, 1)
      ok(confirmed <= 1)
      const after = await read(store, before.id)
      equal(after?.ended?.reason, 'session_revoked')
      deepEqual(after, { ...before, ...(confirmed === 1 ? next : {}), ended: after?.ended })
    }
  },
})

function supersededToken(_: unknown, index: number): SupersededToken {
  return { generation: index, nonce: bytes(8), at: Date.now() - index }
}

async function read(store: Store, id: string) {
  return (await store.sessions.find(id)).session
}
