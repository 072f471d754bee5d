import { expect, test } from 'vitest'
import { retryAfter } from '../src/backend/retry-after.js'

const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT')
const inTwentySeconds = 'Wed, 21 Oct 2026 07:28:20 GMT'

test.each([
  ['seconds', { 'Retry-After': '120' }, 120],
  ['a date, by the clock of the server', { 'Retry-After': inTwentySeconds, Date: 'Wed, 21 Oct 2026 07:28:15 GMT' }, 5],
  ['a date, by the clock of this machine where the other cannot be read', { 'Retry-After': inTwentySeconds }, 20],
  ['a date that is over', { 'Retry-After': inTwentySeconds, Date: 'Wed, 21 Oct 2026 09:00:00 GMT' }, 0],
  ['something else', { 'Retry-After': 'soon' }, 0],
  ['less than nothing', { 'Retry-After': '-1' }, 0],
  ['nothing', {}, 0],
])('an answer asks to wait by %s', (_, headers, seconds) => {
  expect(retryAfter(new Headers(headers as Record<string, string>), now)).toBe(seconds)
})
