import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createConcurrencyLimit, createNestedLimit } from '../../src/accounts/hashing-queue.js'

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

describe('createConcurrencyLimit', () => {
  it('runs no more at once than it may, and the others in the order they came', async () => {
    const limit = createConcurrencyLimit(2, 10, full)
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

  it('refuses a call that finds the queue full, and accepts calls again once there is room', async () => {
    const limit = createConcurrencyLimit(1, 1, full)
    const begun: string[] = []
    const [first, second] = [heldWork(begun, 'a'), heldWork(begun, 'b')]
    const results = [limit.run(first.work), limit.run(second.work)]
    await expect(limit.run(async () => 'c')).rejects.toThrow('full')

    first.finish()
    second.finish()
    await Promise.all(results)
    expect(await limit.run(async () => 'd')).toBe('d')
  })

  it('refuses a call whose turn comes after more than 4 seconds, since nobody waits for it any more', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0)
    onTestFinished(() => now.mockRestore())
    const limit = createConcurrencyLimit(1, 2, full)
    const begun: string[] = []
    const first = heldWork(begun, 'a')
    const results = [limit.run(first.work), limit.run(async () => 'late')]
    await nextTurn()
    now.mockReturnValue(4001)
    const [, late] = results
    const next = limit.run(async () => 'in time')

    first.finish()

    await expect(late).rejects.toThrow('full')
    expect(await next).toBe('in time')
    expect(begun).toEqual(['a'])
  })

  it('gives the place back when the work fails', async () => {
    const limit = createConcurrencyLimit(1, 0, full)
    await expect(limit.run(async () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await limit.run(async () => 'next')).toBe('next')
  })

  it('lets no call jump the queue at the moment when a place passes on', async () => {
    const limit = createConcurrencyLimit(1, 10, full)
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

describe('createNestedLimit', () => {
  it('lets a flood of one kind take no more than its share, and what the others leave', async () => {
    const whole = createConcurrencyLimit(2, 4, full)
    const share = createNestedLimit(whole, 1, 1, full)
    const begun: string[] = []
    const [flood, others] = [heldWork(begun, 'flood'), heldWork(begun, 'other')]

    const flooding = Array.from({ length: 10 }, () => share.run(flood.work).catch((error: Error) => error.message))
    await nextTurn()
    const running = Array.from({ length: 5 }, () => whole.run(others.work))
    await nextTurn()

    expect(begun).toEqual(['flood', 'other'])
    for (const { finish } of [flood, others]) finish()
    expect((await Promise.all(flooding)).filter((outcome) => outcome === 'full')).toHaveLength(8)
    expect(await Promise.all(running)).toHaveLength(5)
  })
})
