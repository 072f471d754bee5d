import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { hs256 } from '../src/legacy/hs256.js'
import type { LegacyOptions } from '../src/legacy/legacy-mapping.js'
import { encode, makeGuard, makeKey, makeLogger, now, signToken, verdictOn } from './issuer.js'

const key = makeKey('ES256', 'key')
const rsa = makeKey('RS256', 'rsa')
const secret = 'the secret of the old system, which is long enough'
const old = { id: 42, roles: ['buyer'], iat: now - 3600, exp: now + 7 * 86_400 }

function guardWith(options: Partial<LegacyOptions> = {}, others = {}) {
  const legacy = hs256({ secret, until: '2026-03-01', ...options })
  return makeGuard({ keys: key.jwk, legacy, ...others })
}

/** As `jsonwebtoken` writes it. */
function legacyToken(claims: object = {}, header: object = {}, given: string | Buffer = secret): string {
  const signed = [
    { alg: 'HS256', typ: 'JWT', ...header },
    { ...old, ...claims },
  ]
    .map((part) => encode(JSON.stringify(part)))
    .join('.')
  return `${signed}.${createHmac('sha256', given).update(signed).digest('base64url')}`
}

test('a token of the old system passes with its own claims mapped, and is counted', async () => {
  const guard = guardWith({ scope: ({ roles }) => (roles as string[]).map((role) => `orders:${role}`) })
  const principal = await guard.verify(legacyToken(), { scope: 'orders:buyer' })
  expect(principal).toMatchObject({
    subject: '42',
    scope: ['orders:buyer'],
    clientId: 'legacy',
    sessionId: 'legacy:42',
  })
  expect(await guard.verify(legacyToken())).toBe(principal)
  await guard.verify(signToken(key))
  expect(guard.figures()).toMatchObject({ verified: 3, legacy: 2, cached: 1 })
})

test.each([
  ['sub', { sub: 'anna', id: 1 }, undefined, 'anna'],
  ['userId', { id: undefined, userId: 'anna' }, undefined, 'anna'],
  ['a name of its own', { user: 7 }, 'user', '7'],
])('the subject may be in %s', async (_title, claims, subject, expected) => {
  const guard = guardWith(subject === undefined ? {} : { subject })
  expect((await guard.verify(legacyToken(claims))).subject).toBe(expected)
})

test('an old token has only the scope that the function returns', async () => {
  expect((await guardWith().verify(legacyToken({ scope: 'admin' }))).scope).toEqual([])
})

test('a token of the old system sets neither its tenant nor its sign-in time, and no claim that is not mapped', async () => {
  const chosen = {
    auth_time: now,
    tenant: 'other',
    pv: 99,
    iss: 'https://auth.example.com',
    client_id: 'app',
    jti: 'one',
  }
  const { claims } = await guardWith().verify(legacyToken({ ...chosen, aud: 'api', sid: 'session-1' }))
  expect(claims).toEqual({
    sub: '42',
    scope: '',
    iss: 'legacy',
    aud: 'legacy',
    sid: 'session-1',
    client_id: 'legacy',
    jti: 'legacy:42',
    iat: old.iat,
    exp: old.exp,
  })
  const recent = guardWith().verify(legacyToken(chosen), { maxAuthAge: 300 })
  await expect(recent).rejects.toMatchObject({ code: 'step_up_required' })
})

test('a session id that is not a string is ignored', async () => {
  expect((await guardWith().verify(legacyToken({ sid: 7 }))).sessionId).toBe('legacy:42')
})

test('after the last day the answer says so, also for a token that is remembered', async () => {
  let seconds = now
  const guard = guardWith({}, { now: () => seconds * 1000, cacheSize: 10 })
  const token = legacyToken({ exp: now + 365 * 86_400 })
  await guard.verify(token)
  seconds = Date.parse('2026-03-02') / 1000 - 1
  await guard.verify(token)
  seconds++
  const refusals = [guard.verify(token), guard.verify(legacyToken({ jti: 'new', exp: now + 365 * 86_400 }))]
  for (const refused of refusals) {
    await expect(refused).rejects.toMatchObject({
      code: 'access_token_expired',
      message: 'Tokens of the old system were accepted until 2026-03-01.',
    })
  }
})

const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string

test.each([
  ['another secret', legacyToken({}, {}, 'guessed'), 'access_token_invalid'],
  [
    'no signature and alg none',
    `${legacyToken({}, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
    'access_token_invalid',
  ],
  ['the secret, but HS512 in its header', legacyToken({}, { alg: 'HS512' }), 'access_token_invalid'],
  [
    'an RS256 signature and HS256 in its header',
    signToken(rsa, {}, { alg: 'HS256', typ: 'JWT' }),
    'access_token_invalid',
  ],
  ['an RS256 signature', signToken(rsa), 'access_token_invalid'],
  ["the guard's public key as the secret", legacyToken({}, {}, JSON.stringify(key.jwk)), 'access_token_invalid'],
  ['the PEM of a public key as the secret', legacyToken({}, {}, publicPem), 'access_token_invalid'],
  ['the form of our own tokens', legacyToken({}, { typ: 'at+jwt' }), 'access_token_invalid'],
  ['a key of its own in the header', legacyToken({}, { jwk: key.jwk }), 'access_token_invalid'],
  ['no subject', legacyToken({ id: undefined }), 'access_token_invalid'],
  ['a subject that is an object', legacyToken({ id: {} }), 'access_token_invalid'],
  ['its time over', legacyToken({ exp: now - 10 }), 'access_token_expired'],
  ['a time before which it does not count', legacyToken({ nbf: now + 60 }), 'access_token_invalid'],
  ['a key to which it is bound', legacyToken({ cnf: { jkt: 'thumbprint' } }), 'access_token_invalid'],
  ['no typ', legacyToken({}, { typ: undefined }), 'passed'],
  ['no exp', legacyToken({ exp: undefined }), 'passed'],
])('an old token with %s', async (_title, token, verdict) => {
  expect(await verdictOn(guardWith(), token)).toBe(verdict)
})

test('without the option an HS256 token is refused like any other', async () => {
  expect(await verdictOn(makeGuard({ keys: key.jwk }), legacyToken())).toBe('access_token_invalid')
})

test('issuer and audience are checked if they are configured', async () => {
  const guard = guardWith({ issuer: 'old', audience: 'shop' })
  expect(await verdictOn(guard, legacyToken({ iss: 'old', aud: 'shop' }))).toBe('passed')
  expect(await verdictOn(guard, legacyToken({ iss: 'new', aud: 'shop' }))).toBe('access_token_invalid')
  expect(await verdictOn(guard, legacyToken({ iss: 'old' }))).toBe('access_token_invalid')
})

test('an old refresh token of the same secret passes as an access token, unless `accept` distinguishes them', async () => {
  const [access, refresh] = [legacyToken({ type: 'access' }), legacyToken({ type: 'refresh' })]
  const guard = guardWith({ accept: ({ type }) => type === 'access' })
  expect(await verdictOn(guardWith(), refresh)).toBe('passed')
  expect(await verdictOn(guard, access)).toBe('passed')
  await expect(guard.verify(refresh)).rejects.toMatchObject({
    code: 'access_token_invalid',
    message: 'The token is not accepted.',
  })
})

test('`accept` is called only for a token with a valid signature', async () => {
  const accepted: unknown[] = []
  const guard = guardWith({ accept: ({ id }) => accepted.push(id) > 0 })
  expect(await verdictOn(guard, legacyToken({ id: 1 }, {}, 'guessed'))).toBe('access_token_invalid')
  expect(await verdictOn(guard, legacyToken({ id: 2 }))).toBe('passed')
  expect(accepted).toEqual([2])
})

test.each<[string, () => unknown, string]>([
  ['throws', () => JSON.parse('{'), 'threw for the claims of the token.'],
  [
    'is async',
    async () => Promise.reject(new Error('broken')),
    'returned a value of type object; it must return true or false, and not be async.',
  ],
  [
    'returns a string',
    () => 'access',
    'returned a value of type string; it must return true or false, and not be async.',
  ],
  [
    'returns nothing',
    () => undefined,
    'returned a value of type undefined; it must return true or false, and not be async.',
  ],
])('an accept function that %s refuses the token and says so', async (_title, accept, message) => {
  const guard = guardWith({ accept: accept as never })
  await expect(guard.verify(legacyToken())).rejects.toMatchObject({
    code: 'access_token_invalid',
    message: `legacy.accept ${message}`,
  })
})

test('a scope function that fails or returns something else refuses the token', async () => {
  const throwing = () => {
    throw new Error('broken')
  }
  expect(await verdictOn(guardWith({ scope: throwing }), legacyToken())).toBe('access_token_invalid')
  expect(await verdictOn(guardWith({ scope: () => 7 as never }), legacyToken())).toBe('access_token_invalid')
})

test.each([
  ['2026-03-01', 'are accepted until 2026-03-01, which is 60 more days'],
  ['2026-01-01', 'which is 1 more day;'],
  ['2025-12-31', 'are no longer accepted since 2025-12-31 is over: remove the option legacy'],
])('at the start the operator learns how long %s is', (until, message) => {
  const { logger, warnings } = makeLogger()
  guardWith({ until }, { logger })
  expect(warnings).toEqual([expect.stringContaining(message)])
})

test('a guessable secret is warned about, and never shown', () => {
  const { logger, warnings } = makeLogger()
  guardWith({ secret: 'hunter2' }, { logger })
  expect(warnings[0]).toContain('shorter than 32 bytes')
  expect(warnings[0]).not.toContain('hunter2')
})

test.each<[string, object, RegExp]>([
  ['the PEM of a public key', { secret: publicPem }, /^legacy\.secret: must not be a key/],
  ['a JWK', { secret: JSON.stringify(key.jwk) }, /^legacy\.secret: must not be a key/],
  ['no secret', { secret: undefined }, /^legacy\.secret is missing/],
  ['an empty secret', { secret: '' }, /^legacy\.secret: must be a non-empty/],
  ['a day that is none', { until: '2026-02-31x' }, /^legacy\.until: must be a day/],
  ['31 February', { until: '2027-02-31' }, /^legacy\.until: must be a day/],
  ['no day', { until: undefined }, /^legacy\.until: must be a day/],
  ['an accept that is no function', { accept: 'access' }, /^legacy\.accept: must be a function \(payload\)/],
  ['a misspelt name', { scopes: () => '' }, /unknown option `legacy\.scopes`; did you mean `legacy\.scope`/],
])('%s is refused at the start', (_title, options, message) => {
  expect(() => guardWith(options)).toThrow(message)
})

const pairs = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed25519: generateKeyPairSync('ed25519'),
}
const ders = [
  ...Object.entries(pairs).map(([name, pair]) => [`spki of ${name}`, pair.publicKey, 'spki'] as const),
  ['pkcs1', pairs.rsa.publicKey, 'pkcs1'] as const,
].map(([name, publicKey, type]) => [name, publicKey.export({ type, format: 'der' })] as const)

test.each(ders)('a public key is no secret, in whatever form it is kept: %s', (_title, der) => {
  const base64 = der.toString('base64')
  const lines = base64.match(/.{1,64}/g)!
  const forms = [
    der,
    Buffer.concat([der, Buffer.from('\n')]),
    base64,
    der.toString('base64url'),
    lines.join('\n'),
    lines.join('\\n'),
    Buffer.from(`${lines.join('\r\n')}\r\n`),
    Buffer.from(`-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----`).toString('base64'),
  ]
  for (const form of forms) expect(() => guardWith({ secret: form })).toThrow(/^legacy\.secret: must not be a key/)
})

test('random bytes are a secret, as they are or in base64', () => {
  for (let count = 0; count < 500; count++) {
    const bytes = randomBytes(48)
    expect(() => hs256({ secret: bytes, until: '2026-03-01' })).not.toThrow()
    expect(() => hs256({ secret: bytes.toString('base64'), until: '2026-03-01' })).not.toThrow()
  }
})

test('the verifier itself accepts HS256 only', async () => {
  const legacy = hs256({ secret, until: '2026-03-01' })
  for (const alg of ['none', 'RS256', 'HS512', 'hs256']) {
    await expect(legacy.verify(legacyToken({}, { alg }), 5, now)).rejects.toMatchObject({
      message: 'The alg is not accepted.',
    })
  }
})
