import type { Moment } from '../expiry.js'
import { readClaims, type Tokens } from '../tokens.js'
import type { HeldSession } from './backend.js'
import { BackendAnswerError } from './backend-errors.js'
import { readLifetime } from './lifetime.js'

/** What a backend's `signIn` and `refresh` return. */
export interface IssuedTokens {
  /** The access token, which requests carry. */
  readonly accessToken: string
  /** Default: the previous one is used again. */
  readonly refreshToken?: string | undefined
  /**
   * Lifetime of the access token in seconds. Default: `exp` - `iat` if the token is a JWT; else
   * unknown, and the token is used until a server refuses it.
   */
  readonly expiresIn?: number | string | undefined
  /** The value of `client.user`. Default: that of the previous answer. */
  readonly user?: unknown
  /**
   * Identifies the person: a request of one person is never sent as another. Default: `sub` or `id` of a JWT, else each
   * sign-in counts as another person.
   */
  readonly subject?: string | number | undefined
}

/** The tokens as the client keeps them. A session of another backend has no id, so one is generated at sign-in. */
export function tokensOfIssued(
  issued: IssuedTokens,
  held: HeldSession | undefined,
  left: Moment,
  backend: string,
): Tokens {
  const { accessToken } = issued
  const claims = readClaims(accessToken)
  const before = held?.latest
  const claimed = idOf(claims.sub) ?? idOf(claims.id)
  const given = idOf(issued.subject)
  // A refresh token from the vault still belongs to the same person; the cookie may belong to another by now.
  const sub = held?.refreshToken ? before?.sub && (given ?? before.sub) : (given ?? claimed ?? before?.sub)
  const same = before && before.sub === sub ? before : undefined
  const sid = same?.sid ?? randomId()
  const known = held?.tokens?.session.id === sid ? held.tokens.session : undefined
  return {
    accessToken,
    tokenType: 'Bearer',
    expiresIn: readLifetime(issued.expiresIn, claims, backend),
    refreshExpiresIn: 0,
    session: {
      id: sid,
      generation: held ? (known?.generation ?? 0) + 1 : 0,
      createdAt: known?.createdAt ?? Math.floor(left.wall / 1000),
      expiresAt: 0,
    },
    user: (issued.user ?? same?.user ?? {}) as Tokens['user'],
    jti: randomId(),
    sub,
    left,
  }
}

/** @throws BackendAnswerError that says what is missing. */
export function checkIssued(issued: unknown, what: string, needsRefreshToken: boolean): asserts issued is IssuedTokens {
  const { accessToken, refreshToken } = (issued ?? {}) as Partial<IssuedTokens>
  // A value that is not allowed in a header would make every request fail.
  if (!isToken(accessToken)) throw new BackendAnswerError(`${what} brought no access token.`, malformed)
  if (refreshToken === undefined || refreshToken === null ? needsRefreshToken : !isToken(refreshToken)) {
    throw new BackendAnswerError(`${what} brought no refresh token.`, malformed)
  }
}

/** Seconds until the next try after a malformed answer: three tries in half a minute. */
export const malformed = { retryAfter: 10 }

function isToken(value: unknown): boolean {
  return typeof value === 'string' && /^[\x21-\x7e][\x20-\x7e]*$/.test(value)
}

function idOf(value: unknown): string | undefined {
  return (typeof value === 'string' && value) || typeof value === 'number' ? String(value) : undefined
}

/** `crypto.randomUUID` is not there on plain http. */
function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
