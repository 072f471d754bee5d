import { type AccessTokenClaims, signatureAlgorithms } from '@sessionward/protocol'
import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import type { PublicKeySet } from '../keys/jwks.js'
import { maxAccessTokenLength, type TokenType } from './sign-access-token.js'

export interface VerifierParts {
  /** `iss` */
  readonly issuer: string
  /** `aud` */
  readonly audience: string | readonly string[]
  readonly tokenType: TokenType
  /** The keys that sign, and retired ones until their last token has expired. */
  readonly jwks: () => Promise<PublicKeySet>
}

/** `unknown key`: this node may not have read the key ring since another node rotated it. */
export type VerificationResult = AccessTokenClaims | 'expired' | 'invalid' | 'unknown key'

/**
 * Verifies an access token of this server on the store's clock, which also dated it, so without tolerance. Does not check whether
 * the session has ended.
 */
export function createVerifier({ issuer, audience, tokenType, jwks }: VerifierParts) {
  const keySets = new WeakMap<PublicKeySet, ReturnType<typeof createLocalJWKSet>>()
  const rules = { issuer, audience: [audience].flat(), typ: tokenType, algorithms: [...signatureAlgorithms] }

  /** @param now Milliseconds on the store's clock. */
  return async (token: string, now: number): Promise<VerificationResult> => {
    // Lenient decoders accept padding, blanks and line breaks, which RFC 7515 section 5.2 forbids.
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return 'invalid'
    const set = await jwks()
    const keys = keySets.get(set) ?? createLocalJWKSet(set as unknown as JSONWebKeySet)
    keySets.set(set, keys)
    try {
      const { payload } = await jwtVerify(token, keys, { ...rules, currentDate: new Date(now) })
      return payload as unknown as AccessTokenClaims
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'expired'
      // The key of an expired token may have been deleted.
      if (error instanceof errors.JWKSNoMatchingKey) return isExpired(token, now) ? 'expired' : 'unknown key'
      if (error instanceof errors.JOSEError) return 'invalid'
      throw error
    }
  }
}

function isExpired(token: string, now: number): boolean {
  const { exp = 0 } = decodeJwt(token)
  return exp * 1000 <= now
}

/** The session id in a token that has not been verified. */
export function sidOf(token: string): string | undefined {
  if (token.length > maxAccessTokenLength) return undefined
  try {
    const { sid } = decodeJwt(token)
    return typeof sid === 'string' && /^[\w-]{22}$/.test(sid) ? sid : undefined
  } catch {
    return undefined
  }
}
