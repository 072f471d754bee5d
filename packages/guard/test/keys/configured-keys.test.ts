import { generateKeyPairSync } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { expect, test } from 'vitest'
import { makeGuard, makeKey, signToken, verdictOn } from '../issuer.js'

const es = makeKey('ES256', 'es')
const pem = es.publicKey.export({ type: 'spki', format: 'pem' }) as string

test('a PEM key verifies tokens whatever their kid', async () => {
  const guard = makeGuard({ keys: pem })
  expect(await verdictOn(guard, signToken(es))).toBe('passed')
  expect(await verdictOn(guard, signToken(es, {}, { kid: undefined }))).toBe('passed')
  expect(await verdictOn(guard, signToken(makeKey('ES256', 'es')))).toBe('access_token_invalid')
})

test.each([[null], [1], [['es']], [{}]])('a PEM key does not excuse a kid that is %j', async (kid) => {
  expect(await verdictOn(makeGuard({ keys: pem }), signToken(es, {}, { kid }))).toBe('access_token_invalid')
})

test('a PEM RSA key verifies with the one RSA algorithm of the guard', async () => {
  const rs = makeKey('RS256', 'rs')
  const keys = rs.publicKey.export({ type: 'spki', format: 'pem' }) as string
  const guard = makeGuard({ keys, algorithms: ['ES256', 'RS256'] })
  expect(await verdictOn(guard, signToken(rs))).toBe('passed')
  expect(await verdictOn(guard, signToken({ ...rs, algorithm: 'PS256' }))).toBe('access_token_invalid')
})

test.each([
  ['an RSA key that would fit two algorithms', makeKey('RS256', 'rs').publicKey, /only one/],
  ['a key on another curve', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey, /must match one/],
])('ready() says why %s cannot be used', async (_title, key, reason) => {
  const guard = makeGuard({
    keys: key.export({ type: 'spki', format: 'pem' }) as string,
    algorithms: ['ES256', 'RS256', 'PS256'],
  })
  await expect(guard.ready()).rejects.toThrow(reason)
  // Nobody's token is wrong because of that.
  expect(await verdictOn(guard, signToken(es))).toBe('service_unavailable')
})

test('a short PEM RSA key cannot be used', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const guard = makeGuard({ keys: publicKey.export({ type: 'spki', format: 'pem' }) as string, algorithms: ['RS256'] })
  await expect(guard.ready()).rejects.toThrow(TypeError)
})

test('each of several PEM keys verifies only tokens that name it by its thumbprint', async () => {
  const [one, two] = [makeKey('RS256', 'one'), makeKey('RS256', 'two')]
  const spki = (key: typeof one) => key.publicKey.export({ type: 'spki', format: 'pem' }) as string
  const guard = makeGuard({ keys: [spki(one), spki(two)], algorithms: ['RS256'] })
  const [first, second] = await Promise.all([one, two].map(({ jwk }) => calculateJwkThumbprint(jwk as never)))

  expect(await verdictOn(guard, signToken(one, {}, { kid: first }))).toBe('passed')
  expect(await verdictOn(guard, signToken(two, {}, { kid: second }))).toBe('passed')
  expect(await verdictOn(guard, signToken(two, {}, { kid: first }))).toBe('access_token_invalid')
  expect(await verdictOn(guard, signToken(one, {}, { kid: 'one' }))).toBe('access_token_invalid')
  expect(await verdictOn(guard, signToken(one, {}, { kid: undefined }))).toBe('access_token_invalid')
  expect(await verdictOn(makeGuard({ keys: [spki(one)], algorithms: ['RS256'] }), signToken(one))).toBe('passed')
})

test('given keys that can be used are ready', async () => {
  await expect(makeGuard({ keys: { keys: [es.jwk] } }).ready()).resolves.toBeUndefined()
  await expect(makeGuard({ keys: pem }).ready()).resolves.toBeUndefined()
})

test.each([
  ['a private PEM key', es.privateKey.export({ type: 'pkcs8', format: 'pem' })],
  ['two PEM keys', pem + pem],
  ['a list with a path', [pem, './key.pem']],
  ['an empty list', []],
  ['a path', './key.pem'],
  ['a private JWK', es.privateKey.export({ format: 'jwk' })],
  ['a set with a private key', { keys: [es.privateKey.export({ format: 'jwk' })] }],
  ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }],
  ['a number', 1],
  ['null', null],
])('%s is refused at the door, and not quoted', (_title, keys) => {
  const make = () => makeGuard({ keys: keys as never })
  expect(make).toThrow(/^keys: /)
  const secret = es.privateKey.export({ format: 'jwk' }).d!
  expect(make).not.toThrow(secret)
})
