import type { AccessTokenClaims } from '@sessionward/protocol'

/** Who sent a request, according to the access token. Frozen, because requests with the same token share one object. */
export interface Principal {
  /** `sub` */
  readonly subject: string
  /** `sid`: one sign-in of the subject on one client. */
  readonly sessionId: string
  /** `client_id`: the client on which the person signed in. */
  readonly clientId: string
  /** `scope`, as a list (RFC 6749 section 3.3). */
  readonly scope: readonly string[]
  /** Absent if there is only one tenant. */
  readonly tenant?: string
  /** Milliseconds since the epoch, like every instant here. */
  readonly issuedAt: number
  /** When the access token expires, in milliseconds since the epoch. */
  readonly expiresAt: number
  /** When the person last authenticated. Absent if another issuer does not state it. */
  readonly authTime?: number
  /** `jti` */
  readonly tokenId: string
  /** All claims; times are in seconds, as on the wire. */
  readonly claims: AccessTokenClaims
}

export function principalOf(claims: AccessTokenClaims): Principal {
  const principal: { -readonly [member in keyof Principal]: Principal[member] } = {
    subject: claims.sub,
    sessionId: claims.sid,
    clientId: claims.client_id,
    scope: Object.freeze((claims.scope ?? '').split(' ').filter((one) => one !== '')),
    issuedAt: claims.iat * 1000,
    expiresAt: claims.exp * 1000,
    tokenId: claims.jti,
    claims,
  }
  if (claims.tenant !== undefined) principal.tenant = claims.tenant
  if (claims.auth_time !== undefined) principal.authTime = claims.auth_time * 1000
  return Object.freeze(principal)
}
