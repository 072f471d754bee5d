import { invalidToken } from '../challenge.js'
import { readCompactJws, readJsonPart } from '../token/compact-jws.js'
import type { TrustedIssuer } from './trusted-issuer.js'

/**
 * The issuer that a token names. The name is not verified yet: it only selects the rules and keys for the verification, which
 * checks `iss` again after the signature.
 *
 * @throws GuardError `access_token_invalid`
 */
export function selectIssuer(token: string, issuers: ReadonlyMap<string, TrustedIssuer>): TrustedIssuer {
  const { iss } = readJsonPart('payload', readCompactJws(token).payload)
  const issuer = typeof iss === 'string' ? issuers.get(iss) : undefined
  if (!issuer) throw invalidToken('The iss is not an issuer that this guard trusts.')
  return issuer
}

/** Whether the header of a token says HS256, which is accepted only for legacy tokens. */
export function isHs256(token: string): boolean {
  return readJsonPart('header', readCompactJws(token).header).alg === 'HS256'
}
