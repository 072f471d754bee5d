import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createGuard } from '../src/guard.js'
import { hostileTokens, trusted, trustedAlgorithms } from './hostile-tokens.js'
import { goodClaims, issuer, makeGuard, makeKey, makeLogger, now, signToken, verdictOn } from './issuer.js'

const key = makeKey('ES256', 'key')
const keys = { keys: [key.jwk] }
const token = signToken(key)

test('a principal identifies the caller', async () => {
  const principal = await makeGuard({ keys }).verify(signToken(key, { tenant: 'acme', name: 'Example' }))
  expect(principal).toEqual({
    subject: 'user-1',
    sessionId: goodClaims.sid,
    clientId: 'default',
    scope: ['orders', 'profile'],
    tenant: 'acme',
    issuedAt: (now - 10) * 1000,
    expiresAt: (now + 290) * 1000,
    authTime: (now - 100) * 1000,
    tokenId: 'token-1',
    claims: { ...goodClaims, tenant: 'acme', name: 'Example' },
  })
})

test('a principal cannot be changed for the requests that share it', async () => {
  const guard = makeGuard({ keys })
  const principal = await guard.verify(token)
  expect(() => (principal.scope as string[]).push('admin')).toThrow(TypeError)
  expect(() => Object.assign(principal, { subject: 'admin' })).toThrow(TypeError)
  expect(() => Object.assign(principal.claims, { sub: 'admin' })).toThrow(TypeError)
  expect(await guard.verify(token)).toBe(principal)
})

test.each([
  ['a word of the scope', 'orders', 'passed'],
  ['two words', 'orders profile', 'passed'],
  ['a list', ['profile', 'orders'], 'passed'],
  ['no word', [], 'passed'],
  ['a word that is not there', 'admin', 'insufficient_scope'],
  ['one that is there and one that is not', 'orders admin', 'insufficient_scope'],
  ['the beginning of a word', 'order', 'insufficient_scope'],
  ['a word in another case', 'Orders', 'insufficient_scope'],
])('a route that asks for %s', async (_title, scope, verdict) => {
  const outcome = await makeGuard({ keys })
    .verify(token, { scope })
    .then(
      () => 'passed',
      (error) => error.code,
    )
  expect(outcome).toBe(verdict)
})

test('a token without scope covers no route that asks for one', async () => {
  await expect(
    makeGuard({ keys }).verify(signToken(key, { scope: undefined }), { scope: 'orders' }),
  ).rejects.toMatchObject({
    code: 'insufficient_scope',
    challenge: 'Bearer error="insufficient_scope", scope="orders", code="insufficient_scope"',
  })
})

const request = { method: 'GET', url: 'https://api.example.com/orders', headers: {} }

test.each([
  ['web-standard headers', new Headers({ Authorization: `Bearer ${token}` })],
  ["Node's headers", { host: 'api.example.com', authorization: `Bearer ${token}`, 'set-cookie': ['a=1'] }],
  ['a list of one value', { authorization: [`Bearer ${token}`] }],
  ['a name in capitals', { AUTHORIZATION: `Bearer ${token}` }],
])('a request with %s is checked', async (_title, headers) => {
  const principal = await makeGuard({ keys }).check({ ...request, headers }, { scope: 'orders' })
  expect(principal.subject).toBe('user-1')
})

test('a web-standard Request is accepted', async () => {
  const given = new Request(request.url, { headers: { authorization: `Bearer ${token}` } })
  await expect(makeGuard({ keys }).check(given)).resolves.toMatchObject({ subject: 'user-1' })
})

test('a request without a token is challenged', async () => {
  const missing = { code: 'access_token_missing', challenge: 'Bearer' }
  await expect(makeGuard({ keys }).check(request)).rejects.toMatchObject(missing)
  await expect(makeGuard({ keys }).check({ ...request, headers: { authorization: undefined } })).rejects.toMatchObject(
    missing,
  )
})

test.each<[string, unknown, RegExp]>([
  ['no request', undefined, /^request: must be an object with method, url and headers/],
  ['its headers alone', new Headers(), /^request: must be an object with method, url and headers/],
  ['no method', { ...request, method: undefined }, /^request\.method: must be a non-empty string/],
  ['an empty url', { ...request, url: '' }, /^request\.url: must be a non-empty string/],
  ['a URL object', { ...request, url: new URL(request.url) }, /^request\.url: must be a non-empty string/],
  ['no headers', { ...request, headers: undefined }, /^request\.headers: must be a Headers object or a plain object/],
  ['raw headers', { ...request, headers: ['authorization', 'x'] }, /^request\.headers: must be a Headers object/],
  ['a value that is no string', { ...request, headers: { authorization: 7 } }, /^request\.headers\.authorization: /],
])('for %s the error says what was expected', async (_title, wrong, message) => {
  const checked = makeGuard({ keys }).check(wrong as never)
  await expect(checked).rejects.toThrow(TypeError)
  await expect(checked).rejects.toThrow(message)
})

test('a string as a route is rejected', async () => {
  await expect(makeGuard({ keys }).check(request, 'orders' as never)).rejects.toThrow(/^route: must be an object/)
})

test('a token that is bound to a key is not accepted as Bearer, whatever its cnf holds', async () => {
  for (const cnf of [{ jkt: 'thumbprint' }, null, false]) {
    expect(await verdictOn(makeGuard({ keys }), signToken(key, { cnf }))).toBe('access_token_invalid')
  }
})

test('the application sees each refusal with its cause and its request', async () => {
  const seen: unknown[] = []
  const away = new Error('unavailable')
  const guard = makeGuard({
    keys: () => Promise.reject(away),
    onRefused: (error, given) => seen.push([error.code, error.cause, given]),
  })
  const given = { ...request, headers: { authorization: `Bearer ${token}` } }
  await guard.check(given).catch(() => undefined)
  await guard.verify('').catch(() => undefined)
  expect(seen).toEqual([
    ['service_unavailable', away, given],
    ['access_token_missing', undefined, undefined],
  ])
})

test.each([
  [
    'throws',
    () => {
      throw new Error('no disk')
    },
  ],
  ['rejects', () => Promise.reject(new Error('no disk'))],
])('a hook that %s does not change the refusal, and is logged once', async (_title, onRefused) => {
  const { logger, warnings } = makeLogger()
  const guard = makeGuard({ keys, onRefused, logger })
  expect(await verdictOn(guard, 'nonsense')).toBe('access_token_invalid')
  expect(await verdictOn(guard, 'nonsense')).toBe('access_token_invalid')
  expect(warnings).toEqual([expect.stringContaining('onRefused threw: no disk')])
})

test('the refusal of a too long lifetime names the option that accepts it, and is logged once', async () => {
  const { logger, warnings } = makeLogger()
  const guard = makeGuard({ keys, logger })
  const long = signToken(key, { exp: goodClaims.iat + 28_800 })
  const error = await guard.verify(long).catch((reason) => reason)
  expect(error).toMatchObject({
    code: 'access_token_invalid',
    message: expect.stringContaining('28800 s exceeds the maxLifetime'),
  })
  await verdictOn(guard, signToken(key, { exp: goodClaims.iat + 28_801 }))
  expect(warnings).toEqual([expect.stringContaining('maxLifetime: 28800')])
  expect(await verdictOn(makeGuard({ keys, maxLifetime: 28_800 }), long)).toBe('passed')
})

test('a lifetime that no guard accepts is not advertised as an option', async () => {
  const { logger, warnings } = makeLogger()
  await verdictOn(makeGuard({ keys, logger }), signToken(key, { exp: goodClaims.iat + 90_000 }))
  expect(warnings).toEqual([expect.stringContaining('maxLifetime cannot exceed 86400')])
})

test('a logger that throws changes nothing', async () => {
  const broken = () => {
    throw new Error('no disk')
  }
  const guard = makeGuard({ keys, logger: { warn: broken, error: broken } })
  expect(await verdictOn(guard, signToken(key, { exp: goodClaims.iat + 28_800 }))).toBe('access_token_invalid')
})

test.each([undefined, null, '', 0, {}, [token]])('verify(%j) is a refusal and not a crash', async (value) => {
  await expect(makeGuard({ keys }).verify(value as never)).rejects.toMatchObject({ code: 'access_token_missing' })
})

test('a remembered token expires when its time comes', async () => {
  let seconds = now
  const guard = makeGuard({ keys, now: () => seconds * 1000 })
  await guard.verify(token)
  seconds = goodClaims.exp + 4
  await guard.verify(token)
  seconds = goodClaims.exp + 5
  expect(await verdictOn(guard, token)).toBe('access_token_expired')
  expect(guard.figures()).toMatchObject({ verified: 2, cached: 1, refused: { access_token_expired: 1 } })
})

test('a remembered token is not valid before its time, when the clock is set back', async () => {
  let seconds = now
  const guard = makeGuard({ keys, now: () => seconds * 1000 })
  await guard.verify(token)
  seconds = goodClaims.iat - 6
  expect(await verdictOn(guard, token)).toBe('access_token_invalid')
})

test('a token that was refused is not remembered', async () => {
  let seconds = goodClaims.exp + 10
  const guard = makeGuard({ keys, now: () => seconds * 1000 })
  expect(await verdictOn(guard, token)).toBe('access_token_expired')
  seconds = now
  await guard.verify(token)
  expect(guard.figures().cached).toBe(0)
})

test('the cache holds no more than its size, and evicts the least recently used', async () => {
  const guard = makeGuard({ keys, cacheSize: 2 })
  const [a, b, c] = ['a', 'b', 'c'].map((jti) => signToken(key, { jti })) as [string, string, string]
  const wasCached = async (one: string) => {
    const before = guard.figures().cached
    await guard.verify(one)
    return guard.figures().cached > before
  }
  await guard.verify(a)
  await guard.verify(b)
  expect(await wasCached(a)).toBe(true)
  await guard.verify(c)
  expect(await wasCached(a)).toBe(true)
  expect(await wasCached(b)).toBe(false)
})

test('a token that differs from a cached one only at its start or in its claims is refused', async () => {
  const guard = makeGuard({ keys })
  await guard.verify(token)
  const [header, payload, signature] = token.split('.') as [string, string, string]
  const other = signToken(key, { sub: 'user-2' }).split('.')[1]
  expect(await verdictOn(guard, `${header}.${other}.${signature}`)).toBe('access_token_invalid')
  expect(await verdictOn(guard, `A${token.slice(1)}`)).toBe('access_token_invalid')
  expect(await verdictOn(guard, `${header}.${payload}.AAAA${signature.slice(4)}`)).toBe('access_token_invalid')
})

test('a request with a cached token is admitted without a promise', async () => {
  const guard = makeGuard({ keys })
  const given = { ...request, headers: { authorization: `Bearer ${token}` } }
  const first = guard.admit(given)
  expect(first).toBeInstanceOf(Promise)
  await expect(guard.admit({ ...request, headers: {} })).rejects.toMatchObject({ code: 'access_token_missing' })
  const { principal } = await first
  expect(guard.admit(given)).toEqual({ principal })
})

test('a request with a new token is admitted without a promise once the keys are loaded', async () => {
  const guard = makeGuard({ keys })
  await guard.ready()
  const given = { ...request, headers: { authorization: `Bearer ${signToken(key, { jti: 'new' })}` } }
  expect(guard.admit(given)).toMatchObject({ principal: { tokenId: 'new' } })
})

test.each([
  ['another typ', { typ: 'at+jwt' }, { typ: 'it+jwt' }],
  ['crit', { Crit: ['exp'] }, { crit: ['exp'] }],
])('a header with %s is refused after one of the same length was accepted', async (_title, accepted, refused) => {
  const guard = makeGuard({ keys })
  await guard.verify(signToken(key, {}, accepted))
  expect(await verdictOn(guard, signToken(key, {}, refused))).toBe('access_token_invalid')
})

test('a cache of size 0 remembers nothing', async () => {
  const guard = makeGuard({ keys, cacheSize: 0 })
  await guard.verify(token)
  await guard.verify(token)
  expect(guard.figures()).toEqual({
    verified: 2,
    cached: 0,
    anonymous: 0,
    refused: {},
    keys: { count: 1, ageSeconds: 0 },
    clockOffsetSeconds: 0,
  })
})

test('figures count refusals by code', async () => {
  const guard = makeGuard({ keys })
  await verdictOn(guard, 'nonsense')
  await verdictOn(guard, 'more nonsense')
  await guard.check(request).catch(() => undefined)
  expect(guard.figures().refused).toEqual({ access_token_invalid: 2, access_token_missing: 1 })
})

test('createGuard verifies on the real clock', async () => {
  const guard = createGuard({ issuer, audience: ['stock', 'orders'], keys })
  const seconds = Math.floor(Date.now() / 1000)
  await expect(guard.verify(signToken(key, { iat: seconds, exp: seconds + 60 }))).resolves.toMatchObject({
    subject: 'user-1',
  })
  expect(await verdictOn(guard, signToken(key, { iat: seconds - 600, exp: seconds - 300 }))).toBe(
    'access_token_expired',
  )
})

test('an older kind of token passes where the guard accepts its type', async () => {
  const rs = makeKey('RS256', 'rs')
  const guard = makeGuard({ keys: { keys: [rs.jwk] }, algorithms: ['RS256'], types: ['JWT'] })
  expect(await verdictOn(guard, signToken(rs, {}, { typ: 'JWT' }))).toBe('passed')
  expect(await verdictOn(guard, signToken(rs, {}, { typ: 'at+jwt' }))).toBe('access_token_invalid')
})

test('a token that was changed anywhere in any way is refused, and never crashes', async () => {
  const guards = (['node', 'webcrypto'] as const).map((verifier) => makeGuard({ keys }, verifier))
  const change = fc.record({
    at: fc.nat({ max: token.length }),
    remove: fc.nat({ max: 3 }),
    insert: fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.string({ unit: fc.constantFrom(...'AZaz09-_.=+/'), maxLength: 3 }),
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      let changed = token
      for (const { at, remove, insert } of changes) changed = changed.slice(0, at) + insert + changed.slice(at + remove)
      fc.pre(changed !== token && changed !== '')
      for (const guard of guards) expect(await verdictOn(guard, changed)).toBe('access_token_invalid')
    }),
    { numRuns: 2000 },
  )
})

test('any string instead of a token is refused', async () => {
  const guard = makeGuard({ keys })
  const part = fc.oneof(
    fc.base64String(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
    fc.string(),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
      fc.pre(parts.join('.') !== '')
      expect(await verdictOn(guard, parts.join('.'))).toBe('access_token_invalid')
    }),
    { numRuns: 500 },
  )
})

test('signed claims of any kind give a principal or a refusal, never a crash', async () => {
  const guard = makeGuard({ keys })
  const names = fc.constantFrom(...Object.keys(goodClaims), 'nbf', 'pv', 'tenant', 'cnf', 'amr', 'other')
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, fc.jsonValue({ maxDepth: 2 })), async (claims) => {
      const outcome = await verdictOn(guard, signToken(key, claims))
      expect(['passed', 'access_token_invalid', 'access_token_expired']).toContain(outcome)
    }),
    { numRuns: 500 },
  )
})

test('no refusal repeats anything of the token', async () => {
  const guard = makeGuard({ keys: trusted, algorithms: trustedAlgorithms })
  for (const { token: hostile } of hostileTokens) {
    const error = await guard.verify(hostile).catch((reason) => reason)
    const said = `${error.message} ${error.challenge} ${JSON.stringify(error.problem())} ${error.cause ?? ''}`
    const pieces = hostile.split(/[^A-Za-z0-9_-]+/).filter((piece) => piece.length >= 12)
    for (const piece of pieces) expect(said).not.toContain(piece.slice(0, 12))
  }
})
