import type { AccessTokenClaims } from '@sessionward/protocol'
import { GuardError } from '../challenge.js'
import { readClaims } from '../token/claims.js'
import { normalType } from '../token/header.js'
import type { JsonObject } from '../token/strict-json.js'

/** The tokens of an older system, signed with a secret that its servers share. */
export interface LegacyOptions {
  /** The old secret, as the old system uses it: a string is taken as UTF-8. */
  readonly secret: string | Uint8Array
  /** The last day, in UTC, on which such tokens are accepted, such as `2027-03-01`. */
  readonly until: string
  /**
   * Whether a token, by its payload, is an access token. Set it if the old refresh tokens have the same secret: without it,
   * a refresh token passes like an access token, and lives for weeks. Default: every token of the secret.
   *
   * It must return true or false at once. If it throws or returns anything else, the token is refused.
   */
  readonly accept?: (payload: JsonObject) => boolean
  /** Claims that hold the subject, the first one that is there: strings or numbers. Default `['sub', 'id', 'userId']`. */
  readonly subject?: string | readonly string[]
  /** Scopes of a token, from its payload: a string with spaces, or a list. Default: none, whatever the token says. */
  readonly scope?: (payload: JsonObject) => string | readonly string[]
  /** Accepted `typ`. Default: `JWT`, or none. */
  readonly types?: readonly string[]
  /** `iss` of the tokens. Default: not checked. */
  readonly issuer?: string
  /** `aud` of the tokens. Default: not checked. */
  readonly audience?: string
}

/** How the payload of a legacy token becomes claims. */
export interface LegacyMapping {
  readonly types: readonly string[] | undefined
  claims(payload: JsonObject, end: number): AccessTokenClaims
}

/** @throws TypeError that names the option */
export function readLegacyMapping({
  subject = ['sub', 'id', 'userId'],
  scope,
  types,
  issuer,
  audience,
}: LegacyOptions): LegacyMapping {
  const subjects = typeof subject === 'string' ? [subject] : subject
  if (!isList(subjects)) throw new TypeError('legacy.subject: must be the name of a claim or a list of names')
  if (scope !== undefined && typeof scope !== 'function')
    throw new TypeError('legacy.scope: must be a function (payload)')
  if (types !== undefined && !isList(types)) throw new TypeError('legacy.types: must be a list of non-empty strings')
  for (const [name, value] of Object.entries({ issuer, audience })) {
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw new TypeError(`legacy.${name}: must be a non-empty string`)
    }
  }
  return {
    types: types?.map(normalType),
    claims(payload, end) {
      const sub = subjects.map((name) => payload[name]).find((value) => value !== undefined)
      // Databases have numeric ids. Other types have no single string form.
      const id = typeof sub === 'string' || Number.isSafeInteger(sub) ? String(sub) : ''
      // Other claims are dropped: anybody with the old secret could choose a tenant, or claim a recent sign-in.
      const claims = {
        sub: id,
        scope: readScope(payload, scope),
        iss: issuer === undefined ? 'legacy' : payload.iss,
        aud: audience === undefined ? 'legacy' : payload.aud,
        sid: typeof payload.sid === 'string' ? payload.sid : `legacy:${id}`,
        client_id: 'legacy',
        jti: `legacy:${id}`,
        iat: payload.iat ?? 0,
        exp: payload.exp ?? end / 1000,
        ...restrictionsOf(payload),
      }
      const rules = {
        issuer: issuer ?? 'legacy',
        audiences: [audience ?? 'legacy'],
        maxLifetime: Number.POSITIVE_INFINITY,
        clockTolerance: 0,
      }
      return readClaims(Object.freeze(claims), rules)
    },
  }
}

/** Claims that restrict what a token is good for. */
function restrictionsOf(payload: JsonObject): JsonObject {
  return Object.fromEntries(
    ['nbf', 'cnf'].flatMap((name) => (Object.hasOwn(payload, name) ? [[name, payload[name]]] : [])),
  )
}

function readScope(payload: JsonObject, scope: LegacyOptions['scope']): unknown {
  if (!scope) return ''
  try {
    const given = scope(payload)
    return Array.isArray(given) ? given.join(' ') : given
  } catch (cause) {
    throw new GuardError('access_token_invalid', { detail: 'legacy.scope threw for the claims of the token.', cause })
  }
}

function isList(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string' && item !== '')
}
