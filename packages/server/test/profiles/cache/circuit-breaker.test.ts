import { describe, expect, it } from 'vitest'
import { createCircuitBreaker } from '../../../src/profiles/cache/circuit-breaker.js'

const fail = () => Promise.reject(new Error('unavailable'))
const succeed = async () => 'answer'

function breakerOn() {
  const clock = { now: 0 }
  const breaker = createCircuitBreaker(() => clock.now)
  const failTimes = async (times: number) => {
    for (let time = 0; time < times; time++) await breaker.run(fail).catch(() => {})
  }
  return { breaker, clock, failTimes }
}

describe('the breaker', () => {
  it('hands on answers and errors while there are successes between them', async () => {
    const { breaker, failTimes } = breakerOn()
    await failTimes(2)

    expect(await breaker.run(succeed)).toBe('answer')
    await failTimes(2)

    expect(await breaker.run(succeed)).toBe('answer')
    await expect(breaker.run(fail)).rejects.toThrow('unavailable')
  })

  it('tries nothing for five seconds after three failures in a row', async () => {
    const { breaker, clock, failTimes } = breakerOn()
    await failTimes(3)
    let tried = 0
    const call = async () => ++tried

    clock.now = 4999

    await expect(breaker.run(call)).rejects.toThrow('not tried')
    expect(tried).toBe(0)
    clock.now = 5000
    expect(await breaker.run(call)).toBe(1)
  })

  it('lets one call through then, and all again once that has succeeded', async () => {
    const { breaker, clock, failTimes } = breakerOn()
    await failTimes(3)
    clock.now = 5000
    let answer = (_: string) => {}
    const trial = breaker.run(() => new Promise<string>((resolve) => (answer = resolve)))

    await expect(breaker.run(succeed)).rejects.toThrow('not tried')
    answer('back')

    expect(await trial).toBe('back')
    expect(await Promise.all([breaker.run(succeed), breaker.run(succeed)])).toEqual(['answer', 'answer'])
  })

  it('waits another five seconds where the trial failed', async () => {
    const { breaker, clock, failTimes } = breakerOn()
    await failTimes(3)
    clock.now = 5000
    await expect(breaker.run(fail)).rejects.toThrow('unavailable')

    clock.now = 9999

    await expect(breaker.run(succeed)).rejects.toThrow('not tried')
    clock.now = 10_000
    expect(await breaker.run(succeed)).toBe('answer')
  })

  it('does not count a call that began earlier as the trial', async () => {
    const { breaker, clock, failTimes } = breakerOn()
    let failLate = () => {}
    const early = breaker.run(() => new Promise<void>((_, reject) => (failLate = () => reject(new Error('late')))))
    await failTimes(3)
    clock.now = 5000
    let answer = () => {}
    const trial = breaker.run(() => new Promise<void>((resolve) => (answer = resolve)))

    failLate()
    await early.catch(() => {})

    await expect(breaker.run(succeed)).rejects.toThrow('not tried')
    answer()
    await trial
  })
})
