import type { AccessTokenClaims, Logger } from '@sessionward/protocol'
import { GuardError, invalidToken } from '../challenge.js'
import { refuseUnknown } from '../route.js'
import { checkTimes } from '../token/claims.js'
import { readCompactJws, readJsonPart } from '../token/compact-jws.js'
import { checkParameters, normalType } from '../token/header.js'
import type { JsonObject } from '../token/strict-json.js'
import { type LegacyOptions, readLegacyMapping } from './legacy-mapping.js'
import { readPayloadCheck } from './payload-check.js'
import { readSecret } from './secret.js'

/** Created by {@link hs256}. */
export interface LegacyVerifier {
  /** Milliseconds since the epoch from which no token is accepted. */
  readonly end: number
  /** The last day, as it was given. */
  readonly until: string
  /** Whether the secret is shorter than HS256 requires (RFC 7518 section 3.2); the guard warns of it. */
  readonly hasWeakSecret: boolean
  /**
   * Verifies a token of the older system. `tolerance` is in seconds, `now` in milliseconds since the epoch.
   *
   * @throws GuardError `access_token_invalid`, `access_token_expired`
   */
  verify(token: string, tolerance: number, now: number): Promise<AccessTokenClaims>
  /**
   * Checks the times of claims that were verified before.
   *
   * @throws GuardError `access_token_expired`, also after the last day
   */
  checkTimes(claims: AccessTokenClaims, tolerance: number, now: number): void
}

const day = 86_400_000
const names = ['secret', 'until', 'accept', 'subject', 'scope', 'types', 'issuer', 'audience'] as const

/**
 * Accepts HS256 tokens of an older system until a day, so that a team moves to another auth server without signing anyone
 * out: `createGuard({ ..., legacy: hs256({ secret, until: '2027-03-01' }) })`. Every server that has the secret can create
 * tokens for any subject, so the time is limited, and the guard logs at each start how much is left.
 *
 * The secret only verifies tokens whose header says `HS256`. The principal has the subject, the scopes that `scope` returns,
 * `sid`, `iat` and `exp` of the payload, and no `auth_time`, tenant or `pv`. The tokens cannot be revoked individually. They
 * are accepted until they expire, but not after the last day.
 *
 * @throws TypeError that names the option
 */
export function hs256(options: LegacyOptions): LegacyVerifier {
  if (typeof options !== 'object' || options === null) throw new TypeError('hs256: must be given { secret, until }')
  refuseUnknown(options, names, 'legacy')
  const bytes = readSecret(options.secret)
  const end = readDay(options.until)
  const key = crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  const checkAccepted = readPayloadCheck(options.accept)
  const mapping = readLegacyMapping(options)
  const checkLegacyTimes = (claims: AccessTokenClaims, tolerance: number, now: number) => {
    if (now * 1000 >= end) throw migrationEnded(options.until)
    checkTimes(claims, tolerance, now)
  }
  return Object.freeze({
    end,
    until: options.until,
    // RFC 7518 section 3.2: a key of the hash's size at least.
    hasWeakSecret: bytes.length < 32,
    checkTimes: checkLegacyTimes,
    async verify(token: string, tolerance: number, now: number) {
      if (now * 1000 >= end) throw migrationEnded(options.until)
      const jws = readCompactJws(token)
      checkHeader(readJsonPart('header', jws.header), mapping.types)
      const [signature, signed] = [jws.signature, jws.signed] as Uint8Array<ArrayBuffer>[]
      if (!(await crypto.subtle.verify('HMAC', await key, signature!, signed!))) {
        throw invalidToken('The signature is not valid.')
      }
      const payload = readJsonPart('payload', jws.payload)
      checkAccepted(payload)
      const claims = mapping.claims(payload, end)
      checkLegacyTimes(claims, tolerance, now)
      return claims
    },
  })
}

/** Logs at startup how long legacy tokens are still accepted. */
export function warnAboutLegacy(
  { end, until, hasWeakSecret }: LegacyVerifier,
  now: number,
  logger: Pick<Logger, 'warn'>,
): void {
  const days = Math.ceil((end - now) / day)
  const weak = hasWeakSecret ? ' The secret is shorter than 32 bytes, so it can be guessed from any token.' : ''
  logger.warn(
    days > 0
      ? `legacy HS256 tokens are accepted until ${until}, which is ${days} more day${days === 1 ? '' : 's'}; figures().legacy counts them.${weak}`
      : `legacy HS256 tokens are no longer accepted since ${until} is over: remove the option legacy.`,
  )
}

function migrationEnded(until: string): GuardError {
  return new GuardError('access_token_expired', { detail: `Tokens of the old system were accepted until ${until}.` })
}

function checkHeader(header: JsonObject, types: readonly string[] | undefined): void {
  checkParameters(header)
  const { alg, typ } = header
  if (alg !== 'HS256') throw invalidToken('The alg is not accepted.')
  if (typ === undefined && !types) return
  if (typeof typ !== 'string' || !(types ?? ['jwt']).includes(normalType(typ))) {
    throw invalidToken('The typ is not accepted.')
  }
}

function readDay(until: string): number {
  const start = typeof until === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(until) ? Date.parse(until) : Number.NaN
  // Date.parse accepts 31 February as a day in March.
  if (Number.isNaN(start) || !new Date(start).toISOString().startsWith(until))
    throw new TypeError("legacy.until: must be a day such as '2027-03-01'")
  return start + day
}
