import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryDelay } from '../../src/revocation/retry-delay.js'

test('pauses double up to half a minute', () => {
  const pauses = Array.from({ length: 8 }, (_, failures) => retryDelay(failures, 1, 1))
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('jitter removes at most half, so that there is always a pause', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const longest = retryDelay(failures, 1, 1)
      expect(retryDelay(failures, 1, chance)).toBeGreaterThanOrEqual(longest / 2)
      expect(retryDelay(failures, 1, chance)).toBeLessThanOrEqual(longest)
    }),
  )
})
