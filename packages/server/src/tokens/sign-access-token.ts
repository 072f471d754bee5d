import { constants, sign } from 'node:crypto'
import {
  type AccessTokenClaims,
  accessTokenType,
  registeredClaims,
  type SignatureAlgorithm,
} from '@sessionward/protocol'
import type { Profile } from '../directory/directory.js'
import type { KeyPair } from '../keys/key-pair.js'
import type { Session } from '../session/session.js'

/** `JWT` is for verifiers without RFC 9068 (`interop: 'rs256'`), which may mistake an access token for an ID token. */
export type TokenType = typeof accessTokenType | 'JWT'

/** The longest access token, in characters: guards refuse longer ones. */
export const maxAccessTokenLength = 8192

const headers = new WeakMap<KeyPair, Map<TokenType, string>>()

/** Signs an access token: JWS compact serialisation (RFC 7515 section 7.1). */
export function signAccessToken(key: KeyPair, claims: AccessTokenClaims, type: TokenType = accessTokenType): string {
  const signed = `${headerFor(key, type)}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
  const token = `${signed}.${signatureOf(Buffer.from(signed), key).toString('base64url')}`
  if (token.length > maxAccessTokenLength) {
    throw new Error(
      `the access token must be at most ${maxAccessTokenLength} characters: its additional claims are too large`,
    )
  }
  return token
}

/** The content of an access token. */
export interface AccessTokenParts {
  readonly issuer: string
  readonly audience: string | readonly string[]
  readonly session: Session
  /** Additional claims of the session override those of the directory; names of registered claims are left out. */
  readonly profile: Profile
  /** `jti` */
  readonly tokenId: string
  /** Only in a sliding session. */
  readonly rot?: AccessTokenClaims['rot']
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Seconds. */
  readonly lifetime: number
}

/** The claims of an access token, always in the same order (RFC 9068 section 2.2). */
export function buildClaims(parts: AccessTokenParts): AccessTokenClaims {
  const { session, profile } = parts
  const issuedAt = Math.floor(parts.now / 1000)
  const extraClaims = Object.entries({ ...profile.claims, ...session.claims })
  return {
    iss: parts.issuer,
    aud: parts.audience,
    sub: session.subject,
    sid: session.id,
    client_id: session.clientId,
    iat: issuedAt,
    exp: issuedAt + parts.lifetime,
    jti: parts.tokenId,
    auth_time: Math.floor(session.authTime / 1000),
    scope: session.scope ?? profile.scope ?? '',
    ...(session.tenant === '' ? {} : { tenant: session.tenant }),
    ...(profile.version === undefined ? {} : { pv: profile.version }),
    ...(session.amr.length === 0 ? {} : { amr: session.amr }),
    ...(session.acr === null ? {} : { acr: session.acr }),
    ...(parts.rot === undefined ? {} : { rot: parts.rot }),
    ...(session.binding === null ? {} : { cnf: { jkt: session.binding.jkt } }),
    ...Object.fromEntries(extraClaims.filter(([name]) => !registeredClaims.has(name))),
  }
}

function headerFor(key: KeyPair, typ: TokenType): string {
  const known = headers.get(key)?.get(typ)
  if (known !== undefined) return known
  const header = Buffer.from(JSON.stringify({ alg: key.algorithm, typ, kid: key.kid })).toString('base64url')
  headers.set(key, (headers.get(key) ?? new Map<TokenType, string>()).set(typ, header))
  return header
}

function signatureOf(bytes: Uint8Array, { algorithm, privateKey }: KeyPair): Buffer {
  return signers[algorithm](bytes, privateKey)
}

const signers: Readonly<Record<SignatureAlgorithm, (bytes: Uint8Array, key: KeyPair['privateKey']) => Buffer>> = {
  // `dsaEncoding: 'ieee-p1363'` halves the speed on Node 24, so the DER signature is converted here.
  ES256: (bytes, key) => derToJose(sign('sha256', bytes, key)),
  EdDSA: (bytes, key) => sign(null, bytes, key),
  RS256: (bytes, key) => sign('sha256', bytes, key),
  // RFC 7518 section 3.5: the salt is as long as the digest.
  PS256: (bytes, key) => sign('sha256', bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
}

/**
 * Converts a DER sequence of two integers (X.690 section 8.3) to r and s of 32 bytes each (RFC 7518 section 3.4). A DER integer
 * has no redundant bytes, and a leading zero if its first bit is set: 1 to 33 bytes.
 */
function derToJose(der: Buffer): Buffer {
  const signature = Buffer.alloc(64)
  const rLength = der[3]!
  const sLength = der[5 + rLength]!
  copyInteger(der, 4, rLength, signature, 32)
  copyInteger(der, 6 + rLength, sLength, signature, 64)
  return signature
}

function copyInteger(der: Buffer, start: number, length: number, target: Buffer, targetEnd: number): void {
  const digits = Math.min(length, 32)
  der.copy(target, targetEnd - digits, start + length - digits, start + length)
}
