import { expect, test } from 'vitest'
import { withChallengeExposed } from '../../src/adapters/refusal.js'

test.each([
  [undefined, 'WWW-Authenticate'],
  [null, 'WWW-Authenticate'],
  ['', 'WWW-Authenticate'],
  ['Retry-After', 'Retry-After, WWW-Authenticate'],
  [['X-Total', 'Retry-After,ETag'], 'X-Total, Retry-After, ETag, WWW-Authenticate'],
  ['www-authenticate, Retry-After', 'www-authenticate, Retry-After'],
  // With credentials a star is a name and nothing more (Fetch standard, section 3.3.4).
  ['*', '*, WWW-Authenticate'],
])('of %j a challenge makes %j', (set, exposed) => {
  expect(withChallengeExposed(set)).toBe(exposed)
})
