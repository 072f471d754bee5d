import type { AccessTokenClaims } from '@sessionward/protocol'
import { GuardError, invalidToken } from './challenge.js'
import type { VerificationKey } from './keys/key-set.js'
import type { SignatureSeam } from './signature.js'
import { type ClaimRules, checkTimes, readClaims } from './token/claims.js'
import { type CompactJws, readCompactJws, readJsonPart } from './token/compact-jws.js'
import { type HeaderRules, readHeader } from './token/header.js'
import type { JsonObject } from './token/strict-json.js'

/** A token that was verified, and the key that vouches for it. */
export interface VerifiedToken {
  readonly claims: AccessTokenClaims
  readonly key: VerificationKey
}

/**
 * Verifies an access token (RFC 9068 section 4, RFC 7515 section 5.2, RFC 8725): its form, its header, its signature and
 * only then its claims, so that nothing is read of a payload that nobody vouches for.
 *
 * @param now seconds since the epoch
 * @throws GuardError `access_token_invalid`, `access_token_expired`, or what `findKey` throws
 */
export async function verifyAccessToken(
  token: string,
  rules: HeaderRules & ClaimRules & { readonly claims?: ((payload: JsonObject) => object) | undefined },
  findKey: (kid: string | undefined) => Promise<VerificationKey | undefined>,
  seam: SignatureSeam,
  now: () => number,
): Promise<VerifiedToken> {
  const jws = readCompactJws(token)
  const header = readHeader(readJsonPart('header', jws.header), rules)
  const key = await findKey(header.kid)
  if (!key) throw invalidToken('No trusted key matches the kid.')
  if (key.algorithm !== header.algorithm) throw invalidToken('The alg does not match the key.')
  if (!(await isGenuine(jws, key, seam))) throw invalidToken('The signature is not valid.')
  const payload = readJsonPart('payload', jws.payload)
  const claims = readClaims(rules.claims ? mapped(payload, rules.claims) : payload, rules)
  checkTimes(claims, rules.clockTolerance, now())
  return { claims, key }
}

/** The mapping is the application's; what it returns is checked like any claim. Who issued a token is not for it to say. */
function mapped(payload: JsonObject, claims: (payload: JsonObject) => object): JsonObject {
  try {
    return Object.freeze({ ...payload, ...claims(payload), iss: payload.iss })
  } catch (cause) {
    const detail = 'The claims of the token could not be mapped.'
    throw new GuardError('access_token_invalid', { detail, cause })
  }
}

/** A library that throws over a signature has not verified it. */
async function isGenuine(jws: CompactJws, key: VerificationKey, seam: SignatureSeam): Promise<boolean> {
  try {
    return await seam.verify(key.algorithm, key.key, jws.signed, jws.signature)
  } catch {
    return false
  }
}
