import { memoryStore } from '@sessionward/server/store/memory'
import { describe } from 'vitest'
import { testConformance } from '../harness/conformance.js'

describe('the memory store keeps the contract', () => {
  const store = memoryStore()

  // One process and no tables.
  testConformance(() => store, ['relay', 'schema'])
})
