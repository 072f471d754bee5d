import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { limitConcurrency } from '../../src/accounts/concurrency-limit.js'

const full = () => new Error('full')

/** Work that ends when the test says so, and notes when it began. */
function heldWork(begun: string[], name: string) {
  let finish!: () => void
  const end = new Promise<void>((resolve) => {
    finish = resolve
  })
  const work = async () => {
    begun.push(name)
    await end
    return name
  }
  return { work, finish }
}

describe('limitConcurrency', () => {
  it('runs no more at once than it may, and the others in the order they came', async () => {
    const limit = limitConcurrency(2, 10, full)
    const begun: string[] = []
    const held = ['a', 'b', 'c', 'd'].map((name) => heldWork(begun, name))
    const results = held.map(({ work }) => limit.run(work))
    await nextTurn()
    expect(begun).toEqual(['a', 'b'])

    held[1]!.finish()
    await nextTurn()
    expect(begun).toEqual(['a', 'b', 'c'])

    for (const { finish } of held) finish()
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('refuses who finds the queue full, and takes in again once there is room', async () => {
    const limit = limitConcurrency(1, 1, full)
    const begun: string[] = []
    const [first, second] = [heldWork(begun, 'a'), heldWork(begun, 'b')]
    const results = [limit.run(first.work), limit.run(second.work)]
    await expect(limit.run(async () => 'c')).rejects.toThrow('full')

    first.finish()
    second.finish()
    await Promise.all(results)
    expect(await limit.run(async () => 'd')).toBe('d')
  })

  it('gives the place back when the work fails', async () => {
    const limit = limitConcurrency(1, 0, full)
    await expect(limit.run(async () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await limit.run(async () => 'next')).toBe('next')
  })

  it('lets nobody jump the queue in the moment a place passes on', async () => {
    const limit = limitConcurrency(1, 10, full)
    const begun: string[] = []
    const [first, second] = [heldWork(begun, 'a'), heldWork(begun, 'b')]
    const results = [limit.run(first.work), limit.run(second.work)]
    first.finish()
    await results[0]
    results.push(limit.run(heldWork(begun, 'late').work))
    await nextTurn()
    expect(begun).toEqual(['a', 'b'])
    second.finish()
    await results[1]
  })
})
