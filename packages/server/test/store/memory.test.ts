import { conformance } from '@sessionward/server/store/conformance'
import { memoryStore } from '@sessionward/server/store/memory'
import { describe, test } from 'vitest'

describe('the memory store keeps the contract', () => {
  const store = memoryStore()

  for (const { part, title, run } of conformance) test(`${part}: ${title}`, () => run({ open: () => store }))
})
