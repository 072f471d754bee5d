import type { AccessTokenClaims } from '@sessionward/protocol'
import { GuardError, invalidToken } from '../challenge.js'
import type { JsonObject } from './strict-json.js'

export interface ClaimRules {
  readonly issuer: string
  /** `aud` must contain at least one of these. */
  readonly audiences: readonly string[]
  /** Seconds between `iat` and `exp` at most. */
  readonly maxLifetime: number
  /** Seconds. */
  readonly clockTolerance: number
}

/**
 * Checks everything that does not depend on the current time: RFC 9068 section 2.2, with `sid` required.
 *
 * @throws GuardError `access_token_invalid`
 */
export function readClaims(payload: JsonObject, rules: ClaimRules): AccessTokenClaims {
  const { iss, aud, exp, iat, nbf, auth_time, pv, scope, tenant } = payload
  if (iss !== rules.issuer) throw invalidToken('The iss is not the issuer that this guard trusts.')
  if (!namesOneOf(aud, rules.audiences)) throw invalidToken('The aud does not name this guard.')
  for (const name of ['sub', 'sid', 'client_id', 'jti']) {
    const value = payload[name]
    if (typeof value !== 'string' || value === '') throw invalidToken(`The ${name} is not a non-empty string.`)
  }
  if (!isNumericDate(iat) || !isNumericDate(exp)) throw invalidToken('The iat or exp is not a whole number.')
  if (nbf !== undefined && !isNumericDate(nbf)) throw invalidToken('The nbf is not a whole number.')
  if (auth_time !== undefined && !isNumericDate(auth_time)) throw invalidToken('The auth_time is not a whole number.')
  if (pv !== undefined && !Number.isSafeInteger(pv)) throw invalidToken('The pv is not a whole number.')
  if (scope !== undefined && typeof scope !== 'string') throw invalidToken('The scope is not a string.')
  if (tenant !== undefined && typeof tenant !== 'string') throw invalidToken('The tenant is not a string.')
  if (exp <= iat) throw invalidToken('The exp is not later than the iat.')
  if (exp - iat > rules.maxLifetime) throw lifetimeExceeded(exp - iat, rules.maxLifetime)
  return payload as AccessTokenClaims
}

/**
 * Checks the time claims. Runs for cached tokens too.
 *
 * @param now seconds since the epoch
 * @throws GuardError `access_token_expired` or `access_token_invalid`
 */
export function checkTimes(claims: AccessTokenClaims, tolerance: number, now: number): void {
  if (now >= claims.exp + tolerance) throw new GuardError('access_token_expired')
  if (claims.iat > now + tolerance) throw invalidToken('The iat is in the future.')
  if (claims.nbf !== undefined && claims.nbf > now + tolerance) throw invalidToken('The nbf is in the future.')
}

/** Cause of a refusal that applies to every token of the issuer until the operator changes an option. */
export class LifetimeExceeded extends Error {
  /** Seconds. */
  readonly needed: number

  constructor(needed: number, accepted: number) {
    super(`the token's lifetime of ${needed} s exceeds maxLifetime, which is ${accepted} s`)
    this.needed = needed
  }
}

function lifetimeExceeded(needed: number, accepted: number): GuardError {
  const detail = `The token's lifetime of ${needed} s exceeds the maxLifetime of this guard, which is ${accepted} s.`
  return new GuardError('access_token_invalid', { detail, cause: new LifetimeExceeded(needed, accepted) })
}

function namesOneOf(aud: unknown, audiences: readonly string[]): boolean {
  if (typeof aud === 'string') return audiences.includes(aud)
  if (!Array.isArray(aud) || !aud.every((name) => typeof name === 'string')) return false
  return aud.some((name) => audiences.includes(name))
}

/** A NumericDate (RFC 7519 section 2) without a fraction, which our auth server never writes. */
function isNumericDate(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
