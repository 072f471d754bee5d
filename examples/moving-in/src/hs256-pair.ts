import type { AdoptLegacyOptions } from '@sessionward/server'
import jwt from 'jsonwebtoken'

export interface OldUsers {
  find(id: number): Promise<{ readonly passwordChangedAt: Date | null } | undefined>
  isBlacklisted(token: string): Promise<boolean>
}

/** The refresh token of an old HS256 pair becomes a session. */
export function fromHs256Pair(secret: string, users: OldUsers, until: string): AdoptLegacyOptions {
  return {
    until,
    cookie: 'refresh_token',
    async identify(token) {
      const claims = verified(token, secret)
      // The old access token has the same secret, and must not become a session.
      if (claims?.type !== 'refresh' || (await users.isBlacklisted(token))) return null
      const user = await users.find(claims.userId)
      if (!user) return null
      return {
        subject: String(claims.userId),
        issuedAt: claims.iat! * 1000,
        validFrom: user.passwordChangedAt,
      }
    },
  }
}

/** `verify` throws for a token that it does not accept. That is null here: only what may succeed later should throw. */
function verified(token: string, secret: string): jwt.JwtPayload | null {
  try {
    return jwt.verify(token, secret, { algorithms: ['HS256'] }) as jwt.JwtPayload
  } catch {
    return null
  }
}
