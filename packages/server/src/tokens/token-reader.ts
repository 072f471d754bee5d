import { AnswerError } from '../answer-error.js'
import type { MacKeys } from '../keys/mac-keys.js'
import { parseRefreshToken, verifyRefreshToken } from '../session/refresh-token.js'
import type { PresentedToken } from '../session/rotation.js'
import type { Session } from '../session/session.js'
import { readSlidingClaims } from '../session/sliding-token.js'
import type { Store } from '../store/store.js'
import { type createVerifier, sidOf } from './verify-access-token.js'

export interface TokenReaderParts {
  readonly store: Pick<Store, 'sessions'>
  readonly macKeys: Pick<MacKeys, 'find'>
  readonly verify: ReturnType<typeof createVerifier>
  /** Rejects on a node that cannot read the signing keys. */
  readonly currentKey: () => Promise<unknown>
}

/** A genuine token, its session, and the time on the store's clock when the session was read. */
export interface VerifiedToken {
  readonly session: Session
  readonly token: PresentedToken
  readonly now: number
}

export type TokenReader = ReturnType<typeof createTokenReader>

/** Verifies what a client exchanges for its next tokens: a refresh token, or the access token of a sliding session. */
export function createTokenReader({ store, macKeys, verify, currentKey }: TokenReaderParts) {
  /** @throws AnswerError if the token is not genuine, or does not belong to the session `sid`. */
  function read(text: string, sid: string | undefined): Promise<VerifiedToken> {
    // base64url has no dots, so only an access token contains them.
    return text.includes('.') ? readAccessToken(text, sid) : readRefreshToken(text, sid)
  }

  async function readRefreshToken(text: string, sid: string | undefined): Promise<VerifiedToken> {
    const token = parseRefreshToken(text)
    if (!token) throw new AnswerError('refresh_token_invalid')
    requireSameSession(sid, token.sid)
    const key = macKeys.find(token.keyId)
    if (key === 'unknown') {
      // The token may come from another auth server on this host name. A retry makes sense only if the session is ours.
      if (!(await store.sessions.find(token.sid)).session) throw new AnswerError('refresh_token_invalid')
      throw unknownKey()
    }
    if (key === 'retired') throw new AnswerError('refresh_token_expired')
    const { session, now } = await store.sessions.find(token.sid)
    // An unknown session costs the same time as a wrong tag and gets the same answer.
    const genuine = verifyRefreshToken(token, key, session?.salt ?? zeroSalt)
    if (!session || !genuine) {
      // A node that has the secrets of another auth server cannot tell, and must sign nobody out.
      await currentKey()
      throw new AnswerError('refresh_token_invalid')
    }
    return { session, token, now }
  }

  async function readAccessToken(text: string, expectedSid: string | undefined): Promise<VerifiedToken> {
    const sid = sidOf(text)
    if (sid === undefined) throw new AnswerError('refresh_token_invalid')
    requireSameSession(expectedSid, sid)
    const { session, now } = await store.sessions.find(sid)
    const claims = await verify(text, now)
    if (!session || claims === 'invalid') throw new AnswerError('refresh_token_invalid')
    if (session.kind !== 'sliding') throw notSliding()
    if (claims === 'unknown key') throw unknownKey()
    // The session does not end: another tab may hold a later token.
    if (claims === 'expired') throw new AnswerError('refresh_token_expired', 'exchange the token before it expires')
    const token = readSlidingClaims(claims)
    if (!token) throw notSliding()
    return { session, token, now }
  }

  return read
}

/** Temporary, so that nobody is signed out because one node's configuration is behind. */
function unknownKey(): AnswerError {
  return new AnswerError('service_unavailable', 'this node does not know the key of the token yet', { retryAfter: 5 })
}

function notSliding(): AnswerError {
  return new AnswerError('refresh_token_invalid', 'only the access token of a sliding session is exchanged')
}

const zeroSalt = new Uint8Array(16)

function requireSameSession(expectedSid: string | undefined, sid: string): void {
  if (expectedSid !== undefined && expectedSid !== sid) throw new AnswerError('session_changed')
}
