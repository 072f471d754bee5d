import { createPublicKey, verify } from 'node:crypto'
import type { SignatureAlgorithm } from '@sessionward/protocol'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { publicKeySet } from '../../src/keys/jwks.js'
import { createKeyPair, type KeyPair } from '../../src/keys/key-pair.js'
import type { Session } from '../../src/session/session.js'
import { type AccessTokenParts, buildClaims, signAccessToken } from '../../src/tokens/sign-access-token.js'

const session: Session = {
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  tenant: '',
  subject: 'alice',
  clientId: 'default',
  kind: 'rotating',
  transport: 'body',
  remember: true,
  scope: null,
  claims: {},
  amr: [],
  acr: null,
  device: null,
  address: null,
  userAgent: null,
  binding: null,
  salt: new Uint8Array(16),
  authTime: 1_699_999_000_900,
  createdAt: 1_699_999_000_900,
  idleTimeout: 3600,
  absoluteDeadline: 1_800_000_000_000,
  generation: 0,
  nonce: new Uint8Array(16),
  superseded: [],
  idleDeadline: 1_800_000_000_000,
  profileFrom: 0,
  ended: null,
}

const parts: AccessTokenParts = {
  issuer: 'https://auth.example.com',
  audience: 'orders',
  session,
  profile: { user: {} },
  tokenId: 'token-1',
  now: 1_700_000_000_999,
  lifetime: 300,
}

const algorithms: readonly SignatureAlgorithm[] = ['ES256', 'EdDSA', 'RS256', 'PS256']

/** What jose makes of a token, knowing nothing but the published set. */
function joseReads(token: string, key: KeyPair) {
  const { keys } = publicKeySet([key])
  return jwtVerify(token, createLocalJWKSet({ keys: [...keys] }), {
    issuer: 'https://auth.example.com',
    audience: 'orders',
    typ: 'at+jwt',
    algorithms: [key.algorithm],
    currentDate: new Date(parts.now),
  })
}

describe('signAccessToken', () => {
  it.each(algorithms)('makes a token with %s that jose accepts', async (algorithm) => {
    const key = await createKeyPair(algorithm)
    const { payload, protectedHeader } = await joseReads(signAccessToken(key, buildClaims(parts)), key)
    expect(protectedHeader).toEqual({ alg: algorithm, typ: 'at+jwt', kid: key.kid })
    expect(payload).toEqual(buildClaims(parts))
  })

  it.each(algorithms)('makes a token with %s that jose refuses once anything in it was changed', async (algorithm) => {
    const key = await createKeyPair(algorithm)
    const [header, , signature] = signAccessToken(key, buildClaims(parts)).split('.')
    const other = Buffer.from(JSON.stringify({ ...buildClaims(parts), sub: 'mallory' })).toString('base64url')
    await expect(joseReads(`${header}.${other}.${signature}`, key)).rejects.toThrow('signature verification failed')
  })

  it('says typ JWT to verifiers that know nothing newer, and only to them', async () => {
    const key = await createKeyPair('RS256')
    const typOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).typ
    expect(typOf(signAccessToken(key, buildClaims(parts), 'JWT'))).toBe('JWT')
    expect(typOf(signAccessToken(key, buildClaims(parts)))).toBe('at+jwt')
    expect(typOf(signAccessToken(key, buildClaims(parts), 'JWT'))).toBe('JWT')
  })

  it('encodes thousands of ES256 signatures correctly, with short and long integers', async () => {
    const key = await createKeyPair('ES256')
    const publicKey = createPublicKey(key.privateKey)
    const seen = { short: 0, highBit: 0 }
    for (let turn = 0; turn < 4000; turn++) {
      const token = signAccessToken(key, buildClaims({ ...parts, tokenId: `token-${turn}` }))
      const end = token.lastIndexOf('.')
      const signature = Buffer.from(token.slice(end + 1), 'base64url')
      expect(signature).toHaveLength(64)
      const signed = Buffer.from(token.slice(0, end))
      expect(verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
      for (const integer of [signature.subarray(0, 32), signature.subarray(32)]) {
        if (integer[0] === 0) seen.short++
        if (integer[0]! >= 128) seen.highBit++
      }
    }
    // Of 8000 random integers some 31 begin with a zero byte, and half need 33 bytes in DER.
    expect(seen.short).toBeGreaterThan(0)
    expect(seen.highBit).toBeGreaterThan(3000)
  })

  it('refuses to make a token that no guard would read', async () => {
    const key = await createKeyPair('ES256')
    const profile = { user: {}, claims: { photo: 'x'.repeat(9000) } }
    expect(() => signAccessToken(key, buildClaims({ ...parts, profile }))).toThrow('at most 8192 characters')
  })
})

describe('buildClaims', () => {
  it('says what RFC 9068 asks for, in seconds, and always in one order', () => {
    const claims = buildClaims(parts)
    expect(Object.entries(claims)).toEqual([
      ['iss', 'https://auth.example.com'],
      ['aud', 'orders'],
      ['sub', 'alice'],
      ['sid', 'AAAAAAAAAAAAAAAAAAAAAA'],
      ['client_id', 'default'],
      ['iat', 1_700_000_000],
      ['exp', 1_700_000_300],
      ['jti', 'token-1'],
      ['auth_time', 1_699_999_000],
      ['scope', ''],
    ])
  })

  it('names tenant, version, methods and key where there are any', () => {
    const bound: Session = {
      ...session,
      tenant: 'north',
      amr: ['pwd', 'otp'],
      acr: 'urn:example:high',
      binding: { type: 'dpop', jkt: 'thumbprint' },
    }
    const claims = buildClaims({
      ...parts,
      session: bound,
      profile: { user: {}, version: 0, claims: { name: 'Alice' } },
    })
    expect(Object.entries(claims).slice(10)).toEqual([
      ['tenant', 'north'],
      ['pv', 0],
      ['amr', ['pwd', 'otp']],
      ['acr', 'urn:example:high'],
      ['cnf', { jkt: 'thumbprint' }],
      ['name', 'Alice'],
    ])
  })

  it('takes the scope of the session where it has one, and else the one the directory says now', () => {
    const profile = { user: {}, scope: 'orders stock' }
    expect(buildClaims({ ...parts, profile }).scope).toBe('orders stock')
    expect(buildClaims({ ...parts, profile, session: { ...session, scope: 'orders' } }).scope).toBe('orders')
    expect(buildClaims({ ...parts, profile, session: { ...session, scope: '' } }).scope).toBe('')
  })

  it('lets no further claim pose as a registered one, neither from the directory nor from the session', () => {
    const forged = JSON.parse(`{"iss":"evil","sub":"root","scope":"admin","exp":9999999999,"nbf":0,"cnf":{"jkt":"x"},
      "act":{},"pv":99,"tenant":"other","amr":["hwk"],"__proto__":{"admin":true},"colour":"blue"}`)
    const honest = { ...buildClaims(parts), colour: 'blue' }
    expect(buildClaims({ ...parts, profile: { user: {}, claims: forged } })).toEqual(honest)
    expect(buildClaims({ ...parts, session: { ...session, claims: forged } })).toEqual(honest)
  })

  it('lets a claim of the session stand over one of the directory', () => {
    const profile = { user: {}, claims: { shop: 'north', name: 'Alice' } }
    const claims = buildClaims({ ...parts, profile, session: { ...session, claims: { shop: 'south' } } })
    expect(claims).toMatchObject({ shop: 'south', name: 'Alice' })
  })
})
