import { memoryStore } from '@sessionward/server/store/memory'
import { describe } from 'vitest'
import { testConformance } from '../harness/conformance.js'

describe('the memory store keeps the contract', () => {
  const store = memoryStore()

  // One process, no tables, and nothing to close.
  testConformance(() => store, ['relay', 'schema', 'close'])
})
