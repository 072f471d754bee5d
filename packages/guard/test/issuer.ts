import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Logger } from '@sessionward/protocol'
import type { GuardOptions } from '../src/config.js'
import { readOptions } from '../src/config.js'
import { type Guard, TokenGuard } from '../src/guard.js'
import { signatureVerifier as webSeam } from '../src/verify-signature.js'
import { signatureVerifier as nodeSeam } from '../src/verify-signature.node.js'

/** Both ways to verify, by name. */
export const seams = { node: nodeSeam, webcrypto: webSeam } as const

export const issuer = 'https://auth.example.com'
export const audience = 'orders'

/** 2026-01-01T00:00:00Z, in seconds. */
export const now = 1_767_225_600

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256' | 'PS256'

export interface TestKey {
  readonly kid: string
  readonly algorithm: Algorithm
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly jwk: Readonly<Record<string, string>>
}

export function makeKey(algorithm: Algorithm, kid: string): TestKey {
  const { publicKey, privateKey } = makePair(algorithm)
  const jwk = { ...(publicKey.export({ format: 'jwk' }) as Record<string, string>), kid, alg: algorithm, use: 'sig' }
  return { kid, algorithm, publicKey, privateKey, jwk }
}

function makePair(algorithm: Algorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

export function rawSignature(key: TestKey, signed: string): Buffer {
  const data = Buffer.from(signed)
  if (key.algorithm === 'ES256') return sign('sha256', data, { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
  if (key.algorithm === 'EdDSA') return sign(null, data, key.privateKey)
  if (key.algorithm === 'RS256') return sign('sha256', data, key.privateKey)
  return sign('sha256', data, { key: key.privateKey, padding: 6, saltLength: 32 })
}

export function encode(part: string | Uint8Array): string {
  return Buffer.from(part as string).toString('base64url')
}

/** Signs two texts as they are: what a hostile issuer, or a careless one, could write. */
export function signText(key: TestKey, header: string | Uint8Array, payload: string | Uint8Array): string {
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${encode(rawSignature(key, signed))}`
}

export function headerOf(key: TestKey): Record<string, unknown> {
  return { alg: key.algorithm, typ: 'at+jwt', kid: key.kid }
}

export const goodClaims = {
  iss: issuer,
  aud: audience,
  sub: 'user-1',
  sid: 'AAAAAAAAAAAAAAAAAAAAAA',
  client_id: 'default',
  iat: now - 10,
  exp: now + 290,
  jti: 'token-1',
  auth_time: now - 100,
  scope: 'orders profile',
}

/** A good token but for what is given. A member that is undefined is left out. */
export function signToken(
  key: TestKey,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): string {
  const [first, second] = [
    { ...headerOf(key), ...header },
    { ...goodClaims, ...claims },
  ]
  return signText(key, JSON.stringify(first), JSON.stringify(second))
}

/** A guard as from {@link createGuard}, with the given verifier, at the time of the tokens above. */
export function makeGuard(options: Partial<GuardOptions>, verifier: keyof typeof seams = 'node'): Guard {
  return new TokenGuard(
    readOptions({ issuer, audience, now: () => now * 1000, logger: makeLogger().logger, ...options }),
    seams[verifier],
  )
}

/** A logger, and the warnings that it got. */
export function makeLogger(): { readonly logger: Logger; readonly warnings: string[] } {
  const warnings: string[] = []
  return { logger: { warn: (message) => void warnings.push(message), error: () => undefined }, warnings }
}

/** The code by which a guard refuses, or `passed`. Anything but a GuardError is thrown on. */
export async function verdictOn(guard: Guard, token: string): Promise<string> {
  try {
    await guard.verify(token)
    return 'passed'
  } catch (error) {
    if (error instanceof Error && error.name === 'GuardError') return (error as Error & { code: string }).code
    throw error
  }
}
