import { expect, test } from 'vitest'
import { type CachedToken, TokenCache } from '../src/token-cache.js'

const resultFor = (subject: string) => ({ principal: { subject, expiresAt: 1000 } }) as unknown as CachedToken
const ann = resultFor('ann')
const ben = resultFor('ben')

test('a token that ends as a cached one is not found', () => {
  const cache = new TokenCache(8)
  cache.set('ann.of-the-same-end', ann, 0)

  expect(cache.get('ben.of-the-same-end')).toBeUndefined()
  expect(cache.get('of-the-same-end')).toBeUndefined()
  expect(cache.get('ann.of-the-same-end')).toBe(ann)
})

test('of two verified tokens that end alike the later one is found, and never as the other', () => {
  const cache = new TokenCache(8)
  cache.set('ann.of-the-same-end', ann, 0)
  cache.set('ben.of-the-same-end', ben, 0)

  expect(cache.get('ann.of-the-same-end')).toBeUndefined()
  expect(cache.get('ben.of-the-same-end')).toBe(ben)
  expect(cache.size).toBe(1)
})
