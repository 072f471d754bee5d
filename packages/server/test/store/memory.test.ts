import { conformance } from '@sessionward/server/store/conformance'
import { memoryStore } from '@sessionward/server/store/memory'
import { describe, test } from 'vitest'

describe('the memory store keeps the contract', () => {
  const store = memoryStore()

  // One process and no tables.
  const cases = conformance.filter(({ part }) => part !== 'relay' && part !== 'schema')
  for (const { part, title, run } of cases) test(`${part}: ${title}`, () => run({ open: () => store }))
})
