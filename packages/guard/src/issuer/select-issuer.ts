import { invalidToken } from '../challenge.js'
import { readCompactJws, readJsonPart } from '../token/compact-jws.js'
import type { TrustedIssuer } from './trusted-issuer.js'

/**
 * The issuer that a token says it is of. Nobody vouches for that yet: it only chooses whose rules and keys the token has to
 * satisfy, and these ask for the same `iss` once the signature is verified.
 *
 * @throws GuardError `access_token_invalid`
 */
export function selectIssuer(token: string, issuers: ReadonlyMap<string, TrustedIssuer>): TrustedIssuer {
  const { iss } = readJsonPart('payload', readCompactJws(token).payload)
  const issuer = typeof iss === 'string' ? issuers.get(iss) : undefined
  if (!issuer) throw invalidToken('The iss is not an issuer that this guard trusts.')
  return issuer
}

/** Whether the header of a token says HS256, which only tokens of an older system do. */
export function isHs256(token: string): boolean {
  return readJsonPart('header', readCompactJws(token).header).alg === 'HS256'
}
