import type { SignatureAlgorithm } from '@sessionward/protocol'
import { decodeBase64url } from '../token/base64url.js'

/** A public key that may verify access tokens, with the one algorithm that it is for (RFC 8725 section 3.1). */
export interface UsableKey {
  readonly kid: string | undefined
  readonly algorithm: SignatureAlgorithm
  /** The members that make up the key, and no others. */
  readonly jwk: Readonly<Record<string, string>>
}

/** A JSON Web Key Set (RFC 7517 section 5). */
export interface Jwks {
  /** The keys, each a JWK (RFC 7517 section 4). */
  readonly keys: readonly object[]
}

type Jwk = Readonly<Record<string, unknown>>

/**
 * Chooses the keys of a set that this guard may use.
 *
 * Keys for other purposes, of unknown types, or too weak are skipped (RFC 7517 section 5). A set with a private key, or with
 * two keys of one `kid`, is refused as a whole.
 *
 * @throws TypeError where the set is refused, or no key of it can be used
 */
export function selectKeys(set: unknown, algorithms: readonly SignatureAlgorithm[]): readonly UsableKey[] {
  const keys = (set as Partial<Jwks> | null)?.keys
  if (!Array.isArray(keys)) throw new TypeError('a key set must be an object with an array of keys')
  if (!keys.every(isObject)) throw new TypeError('a key set must contain only keys')
  if (keys.some(isSecretKey)) throw new TypeError('a key set must not contain a private or symmetric key')
  const kids = keys.flatMap((key) => (typeof key.kid === 'string' ? [key.kid] : []))
  if (new Set(kids).size < kids.length) throw new TypeError('a key set must not contain two keys with the same kid')
  const usable = keys.flatMap((key) => toUsableKey(key, algorithms))
  if (usable.length === 0) throw new TypeError('a key set must contain a key for one of the algorithms of this guard')
  return usable
}

function isObject(value: unknown): value is Jwk {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

function isSecretKey(key: Jwk): boolean {
  return key.kty === 'oct' || secretMembers.some((name) => Object.hasOwn(key, name))
}

function toUsableKey(key: Jwk, algorithms: readonly SignatureAlgorithm[]): UsableKey[] {
  if (key.kid !== undefined && typeof key.kid !== 'string') return []
  if (!isForVerifying(key)) return []
  const jwk = publicMembers(key)
  if (!jwk) return []
  // A key without `alg` is used only if exactly one of the accepted algorithms fits it.
  const candidates = algorithmsOf(jwk).filter((algorithm) => algorithms.includes(algorithm))
  const algorithm = key.alg === undefined ? candidates[0] : candidates.find((candidate) => candidate === key.alg)
  if (!algorithm || (key.alg === undefined && candidates.length > 1)) return []
  return [{ kid: key.kid, algorithm, jwk }]
}

/** `use` and `key_ops` (RFC 7517 sections 4.2 and 4.3), each where present. */
function isForVerifying({ use, key_ops: operations }: Jwk): boolean {
  if (use !== undefined && use !== 'sig') return false
  if (operations === undefined) return true
  if (!Array.isArray(operations) || new Set(operations).size < operations.length) return false
  return (
    operations.includes('verify') && operations.every((operation) => operation === 'verify' || operation === 'sign')
  )
}

function algorithmsOf({ kty }: Jwk): readonly SignatureAlgorithm[] {
  if (kty === 'EC') return ['ES256']
  if (kty === 'OKP') return ['EdDSA']
  return ['RS256', 'PS256']
}

/** The public members of a key, if its type and strength are accepted (RFC 7518 section 6, RFC 8037 section 2). */
function publicMembers({ kty, crv, x, y, n, e }: Jwk): Readonly<Record<string, string>> | undefined {
  if (kty === 'EC' && crv === 'P-256' && isBytes(x, 32) && isBytes(y, 32)) return { kty, crv, x, y }
  if (kty === 'OKP' && crv === 'Ed25519' && isBytes(x, 32)) return { kty, crv, x }
  if (kty === 'RSA' && isModulus(n) && isExponent(e)) return { kty, n, e }
  return undefined
}

function isBytes(value: unknown, length: number): value is string {
  return typeof value === 'string' && decodeBase64url(value)?.length === length
}

/** From 2048 bits (RFC 7518 section 3.3) to 8192: larger keys only cost time. */
function isModulus(value: unknown): value is string {
  const modulus = unsignedInteger(value, 1024)
  return modulus !== undefined && modulus % 2n === 1n && modulus >> 2047n > 0n
}

/** Odd and more than 2^16 (FIPS 186-5 section 5.4), at most 64 bits: larger exponents only cost time. */
function isExponent(value: unknown): value is string {
  const exponent = unsignedInteger(value, 8)
  return exponent !== undefined && exponent % 2n === 1n && exponent >= 65537n
}

/** Base64urlUInt: big-endian, no leading zero octets (RFC 7518 section 2). */
function unsignedInteger(value: unknown, maximumBytes: number): bigint | undefined {
  const bytes = typeof value === 'string' ? decodeBase64url(value) : undefined
  if (!bytes || bytes.length === 0 || bytes.length > maximumBytes || bytes[0] === 0) return undefined
  return BigInt(`0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`)
}
