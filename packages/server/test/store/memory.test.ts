import { conformance } from '@sessionward/server/store/conformance'
import { memoryStore } from '@sessionward/server/store/memory'
import { describe, expect, test } from 'vitest'

describe('the memory store keeps the contract', () => {
  const store = memoryStore()

  for (const { part, title, run } of conformance) test(`${part}: ${title}`, () => run({ open: () => store }))
})

test('the clock of a memory store can be set, and deadlines follow it', async () => {
  let now = 1000
  const store = memoryStore({ now: () => now })
  await store.counters.add('sign-in', 1, 60)

  now += 60_000

  expect(await store.now()).toBe(61_000)
  expect(await store.counters.add('sign-in', 0, 60)).toEqual({ count: 0, resetsIn: 0 })
})
