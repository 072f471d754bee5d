import { expect, test } from 'vitest'
import { createBackOff } from '../src/back-off.js'
import { browserEnvironment } from '../src/index.js'

test('a failure that another tab has reported counts: the next pause is twice the first', () => {
  const backOff = createBackOff(browserEnvironment())
  const failure = { verdict: 'retry' } as const
  backOff.fail(failure, 500)

  const pause = backOff.fail(failure)

  // Two seconds, less at most 30 % of jitter.
  expect(pause).toBeGreaterThanOrEqual(1400)
  expect(pause).toBeLessThanOrEqual(2000)
})
