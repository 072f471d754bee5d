import type { TokenAnswer, User } from '@sessionward/protocol'
import type { Moment } from './expiry.js'

/** An access token, and what is known of it. Lives in memory alone. */
export interface Tokens {
  readonly accessToken: string
  /** Which token this is; tells an older one from a newer. */
  readonly jti: string
  readonly sub: string | undefined
  readonly user: User
  readonly session: TokenAnswer['session']
  /** Seconds. */
  readonly lifetime: number
  /** When the request for it left: its lifetime counts from there. */
  readonly left: Moment
}

export function tokensOf(answer: TokenAnswer, left: Moment): Tokens {
  const { accessToken, user, session } = answer
  const { sub, jti } = readClaims(accessToken)
  return {
    accessToken,
    jti: typeof jti === 'string' ? jti : `${session.id}.${session.generation}`,
    sub: typeof sub === 'string' ? sub : undefined,
    user,
    session,
    lifetime: answer.expiresIn,
    left,
  }
}

/** Whose tokens these are: who signs in again is the same owner, where the token says so. */
export function ownerOf(tokens: Tokens): string {
  return tokens.sub ?? tokens.session.id
}

/** The claims as they stand, not verified: the token is for others to judge. None where it is opaque. */
function readClaims(accessToken: string): { readonly sub?: unknown; readonly jti?: unknown } {
  try {
    const payload = accessToken.split('.')[1] ?? ''
    const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)))) ?? {}
  } catch {
    return {}
  }
}
