import type { AccessTokenClaims } from '@sessionward/protocol'
import { GuardError, invalidToken } from './challenge.js'
import type { VerificationKey } from './keys/key-set.js'
import type { SignatureVerifier } from './signature.js'
import { type ClaimRules, checkTimes, readClaims } from './token/claims.js'
import { type CompactJws, readCompactJws, readJsonPart } from './token/compact-jws.js'
import { type HeaderRules, readHeader } from './token/header.js'
import type { JsonObject } from './token/strict-json.js'

/** The claims of a verified token, and the key that verified it. */
export interface VerifiedToken {
  readonly claims: AccessTokenClaims
  readonly key: VerificationKey
}

/**
 * Verifies an access token (RFC 9068 section 4, RFC 7515 section 5.2, RFC 8725): its format, its header, its signature, and
 * only then its claims, so that no unverified payload is read.
 *
 * @param now seconds since the epoch
 * @throws GuardError `access_token_invalid`, `access_token_expired`, or what `findKey` throws
 */
export async function verifyAccessToken(
  token: string,
  rules: HeaderRules & ClaimRules & { readonly claims?: ((payload: JsonObject) => object) | undefined },
  findKey: (kid: string | undefined) => Promise<VerificationKey | undefined>,
  verifier: SignatureVerifier,
  now: () => number,
): Promise<VerifiedToken> {
  const jws = readCompactJws(token)
  const header = readHeader(readJsonPart('header', jws.header), rules)
  const key = await findKey(header.kid)
  if (!key) throw invalidToken('No trusted key matches the kid.')
  if (key.algorithm !== header.algorithm) throw invalidToken('The alg does not match the key.')
  if (!(await hasValidSignature(jws, key, verifier))) throw invalidToken('The signature is not valid.')
  const payload = readJsonPart('payload', jws.payload)
  const claims = readClaims(rules.claims ? applyMapping(payload, rules.claims) : payload, rules)
  checkTimes(claims, rules.clockTolerance, now())
  return { claims, key }
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
async function hasValidSignature(jws: CompactJws, key: VerificationKey, verifier: SignatureVerifier): Promise<boolean> {
  try {
    return await verifier.verify(key.algorithm, key.key, jws.signed, jws.signature)
  } catch {
    return false
  }
}
