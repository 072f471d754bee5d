import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  expiredTokens,
  goodTokens,
  goodWithoutKid,
  hostileTokens,
  onlyKey,
  trusted,
  trustedAlgorithms,
} from './hostile-tokens.js'
import { audience, issuer, makeGuard, now, seams, verdictOn } from './issuer.js'

describe.each(Object.keys(seams) as (keyof typeof seams)[])('on the %s verifier', (verifier) => {
  const guard = makeGuard({ keys: trusted, algorithms: trustedAlgorithms }, verifier)

  test.each(goodTokens)('$title passes', async ({ token }) => {
    expect(await verdictOn(guard, token)).toBe('passed')
  })

  test.each(hostileTokens)('$title is refused', async ({ token }) => {
    expect(await verdictOn(guard, token)).toBe('access_token_invalid')
  })

  test.each(expiredTokens)('a token that $title is refused as expired', async ({ token }) => {
    expect(await verdictOn(guard, token)).toBe('access_token_expired')
  })

  test('a token without kid passes where there is one key only', async () => {
    const simple = makeGuard({ keys: onlyKey.jwk }, verifier)
    expect(await verdictOn(simple, goodWithoutKid)).toBe('passed')
  })

  test('a token is refused for the same reason when it is sent again', async () => {
    for (const { token } of hostileTokens) await verdictOn(guard, token)
    const verdicts = await Promise.all(hostileTokens.map(({ token }) => verdictOn(guard, token)))
    expect(new Set(verdicts)).toEqual(new Set(['access_token_invalid']))
  })
})

test('the corpus holds at least 121 tokens that must be refused, each under a title of its own', () => {
  const titles = hostileTokens.map(({ title }) => title)
  expect(new Set(titles).size).toBe(titles.length)
  expect(new Set(hostileTokens.map(({ token }) => token)).size).toBe(titles.length)
  expect(titles.length).toBeGreaterThanOrEqual(121)
})

test('fully configured jose accepts every good token, and some of those that must be refused', async () => {
  const keySet = createLocalJWKSet(trusted)
  const accepts = async (token: string): Promise<boolean> => {
    try {
      await jwtVerify(token, keySet, {
        issuer,
        audience,
        algorithms: [...trustedAlgorithms],
        typ: 'at+jwt',
        clockTolerance: 5,
        maxTokenAge: 3600,
        requiredClaims: ['sub', 'sid', 'client_id', 'iat', 'exp', 'jti'],
        currentDate: new Date(now * 1000),
      })
      return true
    } catch {
      return false
    }
  }
  const accepted: string[] = []
  for (const { title, token } of hostileTokens) if (await accepts(token)) accepted.push(title)
  for (const { title, token } of goodTokens) expect(await accepts(token), title).toBe(true)
  // The figure is for the documents; what another library accepts is not ours to assert.
  console.log(
    `jose accepts ${accepted.length} of ${hostileTokens.length} tokens that this guard refuses:\n  ${accepted.join('\n  ')}`,
  )
})
