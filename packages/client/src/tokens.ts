import type { TokenAnswer } from '@sessionward/protocol'
import { type Clock, type Moment, momentOf } from './expiry.js'

/** An access token, and what is known of it. Lives in memory alone, unless the application chose another vault. */
export interface Tokens extends Omit<TokenAnswer, 'refreshToken'> {
  /** Which token this is; tells an older one from a newer. */
  readonly jti: string
  /** Nothing where the access token is opaque. */
  readonly sub: string | undefined
  /** Whether it is the single token of a sliding session. */
  readonly rot?: object | undefined
  /** When the request for it left: its lifetime counts from there. */
  left: Moment
  /** Whether a server has refused it. */
  refused?: boolean
}

export function tokensOf({ refreshToken, ...answer }: TokenAnswer, left: Moment): Tokens {
  const { sub, jti, rot } = readClaims(answer.accessToken)
  return { ...answer, rot, jti: jti ?? `${answer.session.id}.${answer.session.generation}`, sub, left }
}

/** Tokens that outlived their page, on whose clock they were; nothing if their time is over. */
export function restoreTokens(tokens: Tokens, clock: Clock): Tokens | undefined {
  const age = Math.max(0, clock.wall() - tokens.left.wall)
  return age < tokens.expiresIn * 1000 ? { ...tokens, left: momentOf(clock, age) } : undefined
}

/** The owner of the tokens: a person who signs in again is the same owner, if the token has a subject. */
export function ownerOf({ sub, session }: Tokens): string {
  return sub ?? session.id
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
 * The claims as they stand, not verified: the token is for others to judge. None where it is opaque. They are compared
 * and never shown, so the bytes of a subject's name need not become letters.
 */
export function readClaims(accessToken: string): Claims {
  try {
    return JSON.parse(atob(accessToken.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'))) ?? {}
  } catch {
    return {}
  }
}
