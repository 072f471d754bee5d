import type { AccessTokenClaims } from '@sessionward/protocol'
import { GuardError, invalidToken } from './challenge.js'
import type { VerificationKey } from './keys/key-set.js'
import { andThen, isPromise, type MaybePromise } from './maybe-promise.js'
import type { SignatureVerifier } from './signature.js'
import { type ClaimRules, checkTimes, readClaims } from './token/claims.js'
import { type CompactJws, readCompactJws, readJsonPart } from './token/compact-jws.js'
import type { HeaderReader } from './token/header.js'
import type { JsonObject } from './token/strict-json.js'

/** The claims of a verified token, and the key that verified it. */
export interface VerifiedToken {
  readonly claims: AccessTokenClaims
  readonly key: VerificationKey
}

interface TokenRules extends ClaimRules {
  /** A mapping of the application. */
  readonly claims?: ((payload: JsonObject) => object) | undefined
}

/** What the tokens of one issuer are verified with. */
export interface VerificationContext {
  readonly rules: TokenRules
  readonly headers: HeaderReader
  readonly verifier: SignatureVerifier
  findKey(kid: string | undefined): MaybePromise<VerificationKey | undefined>
  /** Seconds since the epoch. */
  now(): number
}

/**
 * Verifies an access token (RFC 9068 section 4, RFC 7515 section 5.2, RFC 8725): its format, its header, its signature, and
 * only then its claims, so that no unverified payload is read. Synchronous where the key is known and the verifier is.
 *
 * @throws GuardError `access_token_invalid`, `access_token_expired`, or what `findKey` throws
 */
export function verifyAccessToken(token: string, context: VerificationContext): MaybePromise<VerifiedToken> {
  const { rules, verifier } = context
  const jws = readCompactJws(token)
  const header = context.headers.read(jws.header)
  return andThen(context.findKey(header.kid), (key) => {
    if (!key) throw invalidToken('No trusted key matches the kid.')
    if (key.algorithm !== header.algorithm) throw invalidToken('The alg does not match the key.')
    return andThen(hasValidSignature(jws, key, verifier), (isValid) => {
      if (!isValid) throw invalidToken('The signature is not valid.')
      return { claims: readVerifiedClaims(jws, rules, context.now()), key }
    })
  })
}

function readVerifiedClaims(jws: CompactJws, rules: TokenRules, now: number): AccessTokenClaims {
  const payload = readJsonPart('payload', jws.payload)
  const claims = readClaims(rules.claims ? applyMapping(payload, rules.claims) : payload, rules)
  checkTimes(claims, rules.clockTolerance, now)
  return claims
}

/** Applies the mapping of the application, whose result is checked like any claim. It cannot change `iss`. */
function applyMapping(payload: JsonObject, claims: (payload: JsonObject) => object): JsonObject {
  try {
    return Object.freeze({ ...payload, ...claims(payload), iss: payload.iss })
  } catch (cause) {
    const detail = 'The claims of the token could not be mapped.'
    throw new GuardError('access_token_invalid', { detail, cause })
  }
}

/** A crypto error counts as an invalid signature. */
function hasValidSignature(jws: CompactJws, key: VerificationKey, verifier: SignatureVerifier): MaybePromise<boolean> {
  try {
    const isValid = verifier.verify(key.algorithm, key.key, jws.signed, jws.signature)
    return isPromise(isValid) ? isValid.catch(() => false) : isValid
  } catch {
    return false
  }
}
