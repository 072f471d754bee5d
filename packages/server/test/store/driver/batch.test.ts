import { expect, test } from 'vitest'
import { createBatch } from '../../../src/store/driver/batch.js'

test('what one turn asks for goes together, and each gets its own answer', async () => {
  const batches: number[][] = []
  const double = createBatch<number, number>({
    run: async (items) => {
      batches.push([...items])
      return items.map((item) => item * 2)
    },
  })

  expect(await Promise.all([double(1), double(2), double(3)])).toEqual([2, 4, 6])
  expect(await double(4)).toBe(8)

  expect(batches).toEqual([[1, 2, 3], [4]])
})

test('items that come while the maximum of batches is under way gather for the next', async () => {
  const { ask, batches, release } = held({ maxConcurrent: 1 })
  const first = ask('a')
  await turn()
  const others = [ask('b'), ask('c')]
  await turn()
  expect(batches).toEqual([['a']])

  release()
  await first
  await turn()
  release()

  await Promise.all(others)
  expect(batches).toEqual([['a'], ['b', 'c']])
})

test('items with the same key never share a batch, and go in their order', async () => {
  const { ask, batches, release } = held({ maxConcurrent: 1, keyOf: (item) => item[0]! })
  const all = ['a1', 'b1', 'a2', 'b2', 'a3'].map(ask)

  for (let round = 0; round < 3; round++) {
    await turn()
    release()
    await turn()
  }

  await Promise.all(all)
  expect(batches).toEqual([['a1', 'b1'], ['a2', 'b2'], ['a3']])
})

test('no batch is larger than it may be', async () => {
  const sizes: number[] = []
  const ask = createBatch<number, number>({
    maxItems: 3,
    run: async (items) => {
      sizes.push(items.length)
      return items
    },
  })

  await Promise.all([1, 2, 3, 4, 5, 6, 7].map(ask))

  expect(sizes).toEqual([3, 3, 1])
})

test('a batch that fails takes its own with it, and the next one goes', async () => {
  let fails = true
  const ask = createBatch<string, string>({
    run: async (items) => {
      if (fails) throw new Error('the server went away')
      return items
    },
  })

  const outcomes = await Promise.allSettled([ask('a'), ask('b')])
  fails = false

  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await ask('c')).toBe('c')
})

function held(options: { readonly maxConcurrent: number; readonly keyOf?: (item: string) => string }) {
  const batches: string[][] = []
  let release = () => {}
  const ask = createBatch<string, string>({
    ...options,
    run: async (items) => {
      batches.push([...items])
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return items
    },
  })
  return { ask, batches, release: () => release() }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}
