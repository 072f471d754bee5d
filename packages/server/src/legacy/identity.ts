import type { NewSession } from '../session/new-session.js'

/** The person of a legacy token, and its session, as the application identifies them. */
export interface LegacyIdentity extends Omit<NewSession, 'transport' | 'address' | 'userAgent'> {
  /** When the legacy token was issued: a Date, or milliseconds since the epoch. `iat` of a JWT is in seconds. */
  readonly issuedAt: Date | number
  /**
   * When the password was last changed or the account was last disabled. Tokens that were issued before are refused. Default: never.
   */
  readonly validFrom?: Date | number | null
  /**
   * Id of the legacy session, such as its key in Redis or the `jti`. Two tokens of a person with the same id become one session.
   * Default: the token itself, for a JWT in any encoding. Return an id if your tokens are not JWTs and have more than one encoding.
   */
  readonly id?: string
}

/** Identifies the person of a legacy token. `null`: the token is not accepted. */
export type Identify = (
  token: string,
  request: { readonly headers: Headers },
) => LegacyIdentity | null | Promise<LegacyIdentity | null>

/** How tokens of another system become sessions. */
export interface AdoptLegacyOptions {
  /** The last day, in UTC, on which legacy tokens become sessions, such as `2027-03-31`. */
  readonly until: string
  /**
   * Name of the cookie with the legacy token. Default: none; then the token must be in the body of POST {basePath}/refresh, as
   * `legacy_token`.
   */
  readonly cookie?: string
  /**
   * Identifies the person of a legacy token. Verify it as the old system does, its list of revoked tokens included. Return null for a
   * token that is not accepted. Throw if it cannot be verified at the moment: the request is answered 503 and nobody is signed out.
   */
  readonly identify: Identify
  /**
   * The share of people who move, from 0 to 1. A person stays in the share when it is increased. The others stay with the old system.
   * Default 1.
   */
  readonly share?: number
}

/** The option `adoptLegacy` after validation. */
export interface LegacyRules {
  readonly until: string
  /** Milliseconds since the epoch from which nothing is adopted. */
  readonly end: number
  readonly cookie: string | null
  readonly identify: Identify
  readonly share: number
}
