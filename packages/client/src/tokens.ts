import type { TokenAnswer } from '@sessionward/protocol'
import { type Clock, type Moment, momentOf } from './expiry.js'

/** An access token, and what is known of it. Lives in memory alone, unless the application chose another vault. */
export interface Tokens extends Omit<TokenAnswer, 'refreshToken'> {
  /** Identifies the token. */
  readonly jti: string
  /** Undefined if the access token is opaque. */
  readonly sub: string | undefined
  /** Whether it is the single token of a sliding session. */
  readonly rot?: object | undefined
  /** When the request for it was sent: its lifetime counts from then. */
  left: Moment
  /** Whether a server has refused it. */
  refused?: boolean
}

export function tokensOf({ refreshToken, ...answer }: TokenAnswer, left: Moment): Tokens {
  const { sub, jti, rot } = readClaims(answer.accessToken)
  return { ...answer, rot, jti: jti ?? `${answer.session.id}.${answer.session.generation}`, sub, left }
}

/** Tokens of an earlier page, converted to the clock of this one; undefined if they have expired. */
export function restoreTokens(tokens: Tokens, clock: Clock): Tokens | undefined {
  const age = Math.max(0, clock.wall() - tokens.left.wall)
  return age < tokens.expiresIn * 1000 ? { ...tokens, left: momentOf(clock, age) } : undefined
}

interface Claims {
  readonly sub?: string
  readonly jti?: string
  readonly rot?: object
  /** What other issuers call the subject. */
  readonly id?: unknown
  readonly exp?: unknown
  readonly iat?: unknown
  readonly scope?: unknown
}

/**
 * The claims, not verified: servers judge the token. Empty if it is opaque. They are only compared, never shown, so UTF-8 is
 * not decoded.
 */
export function readClaims(accessToken: string): Claims {
  try {
    return JSON.parse(atob(accessToken.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'))) ?? {}
  } catch {
    return {}
  }
}
