import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryPause } from '../../src/revocation/pause.js'

test('pauses double up to half a minute', () => {
  const pauses = Array.from({ length: 8 }, (_, failures) => retryPause(failures, 1, 1))
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('chance takes away half at most, so that there is always a pause', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const longest = retryPause(failures, 1, 1)
      expect(retryPause(failures, 1, chance)).toBeGreaterThanOrEqual(longest / 2)
      expect(retryPause(failures, 1, chance)).toBeLessThanOrEqual(longest)
    }),
  )
})
