/**
 * Claims of an access token (RFC 9068 section 2.2). Times are NumericDate: seconds since the epoch (RFC 7519 section 2).
 */
export interface AccessTokenClaims {
  /** The auth server: its option `issuer`. */
  readonly iss: string
  /** The resource servers that the token is for. */
  readonly aud: string | readonly string[]
  /** The subject: the id of the account. */
  readonly sub: string
  /** Session id: one sign-in of one subject on one client. */
  readonly sid: string
  /** The client on which the person signed in. */
  readonly client_id: string
  /** When the token was issued. */
  readonly iat: number
  /** When the token expires. */
  readonly exp: number
  /** When the token begins to be valid. Our auth server does not set it. */
  readonly nbf?: number
  /** Unique to each token. Clients use it to tell an older token from the one they hold. */
  readonly jti: string
  /** When the person last authenticated. */
  readonly auth_time: number
  /** Space-separated (RFC 6749 section 3.3). */
  readonly scope: string
  /** Absent if there is only one tenant. */
  readonly tenant?: string
  /** Profile version: guards ask for a refresh of tokens that are older than the account's latest change. */
  readonly pv?: number
  /** How the person authenticated (RFC 8176). */
  readonly amr?: readonly string[]
  /** How well the person authenticated (OpenID Connect Core section 2). */
  readonly acr?: string
  /**
   * Present when the token is the single one of a sliding session: its generation, and the first 8 bytes of its parent's
   * nonce in base64url. Its own nonce is the `jti`.
   */
  readonly rot?: { readonly gen: number; readonly par: string } | undefined
  /** Present when the token is bound to a key (RFC 7800 section 3.1). */
  readonly cnf?: { readonly jkt: string }
  /** Claims that the directory adds. */
  readonly [claim: string]: unknown
}

/** Claims that only the auth server sets. Additional claims must not use these names. */
export const registeredClaims: ReadonlySet<string> = new Set([
  'iss',
  'aud',
  'sub',
  'sid',
  'client_id',
  'iat',
  'exp',
  'nbf',
  'jti',
  'auth_time',
  'scope',
  'tenant',
  'pv',
  'amr',
  'acr',
  'rot',
  'cnf',
  'act',
  'may_act',
  'events',
  '__proto__',
])

/** `typ` of an access token (RFC 9068 section 2.1). */
export const accessTokenType = 'at+jwt'

/** Signature algorithms that access tokens may use; asymmetric only (RFC 9068 section 2.1, RFC 7518, RFC 8037). */
export const signatureAlgorithms = ['ES256', 'EdDSA', 'RS256', 'PS256'] as const

/** One of {@link signatureAlgorithms}. */
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number]
