import type { NewSession } from '../session/new-session.js'

/** Whose an old token is, as the application's own code says. */
export interface LegacyIdentity extends Omit<NewSession, 'transport' | 'address' | 'userAgent'> {
  /** When the old token was issued: a Date, or milliseconds since the epoch. `iat` of a JWT is in seconds. */
  readonly issuedAt: Date | number
  /**
   * The last change of the password, or the last time that the account was disabled: an old token that was issued before is
   * refused. Default: never.
   */
  readonly validFrom?: Date | number | null
  /**
   * What names the old session, such as its key in Redis or the `jti`. Two tokens of a person with one id become one session.
   * Default: the token itself, of a JWT in any spelling. Return one if another token can be spelled in more than one way.
   */
  readonly id?: string
}

/** Asks the application whose an old token is. `null`: it is not accepted, for whatever reason. */
export type Identify = (
  token: string,
  request: { readonly headers: Headers },
) => LegacyIdentity | null | Promise<LegacyIdentity | null>

/** How tokens of another system become sessions. */
export interface AdoptLegacyOptions {
  /** The last day, in UTC, on which an old token becomes a session, such as `2027-03-31`. */
  readonly until: string
  /**
   * Name of the cookie that holds the old token. Default: none, and the token comes as `legacy_token` in the body of
   * POST {basePath}/refresh.
   */
  readonly cookie?: string
  /**
   * Says whose an old token is. Verify it as the old system does, its list of revoked tokens included. Return null for a token
   * that is not accepted. Throw where that cannot be found out: the request is answered 503 and nobody is signed out.
   */
  readonly identify: Identify
  /**
   * The share of people who move, from 0 to 1. It is always the same people, and those of a smaller share are among those of a
   * larger one. The others stay with the old system. Default 1.
   */
  readonly share?: number
}

/** The options, checked. */
export interface LegacyRules {
  readonly until: string
  /** Milliseconds since the epoch from which nothing is adopted. */
  readonly end: number
  readonly cookie: string | null
  readonly identify: Identify
  readonly share: number
}
