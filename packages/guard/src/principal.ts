import type { AccessTokenClaims } from '@sessionward/protocol'

/** Who makes a request, as the access token says. Frozen: requests that bring the same token share one. */
export interface Principal {
  /** `sub` */
  readonly subject: string
  /** `sid`: one sign-in of the subject on one client. */
  readonly sessionId: string
  readonly clientId: string
  readonly scope: readonly string[]
  /** Absent where there is only one tenant. */
  readonly tenant?: string
  /** Milliseconds since the epoch, as all instants here. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** When the person last proved who they are. Absent where another issuer does not say. */
  readonly authTime?: number
  /** `jti` */
  readonly tokenId: string
  /** All claims, times in seconds as on the wire. */
  readonly claims: AccessTokenClaims
}

export function principalOf(claims: AccessTokenClaims): Principal {
  return Object.freeze({
    subject: claims.sub,
    sessionId: claims.sid,
    clientId: claims.client_id,
    scope: Object.freeze((claims.scope ?? '').split(' ').filter((word) => word !== '')),
    ...(claims.tenant === undefined ? {} : { tenant: claims.tenant }),
    issuedAt: claims.iat * 1000,
    expiresAt: claims.exp * 1000,
    ...(claims.auth_time === undefined ? {} : { authTime: claims.auth_time * 1000 }),
    tokenId: claims.jti,
    claims,
  })
}
