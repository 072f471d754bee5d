import type { TokenAnswer, Transport } from '@sessionward/protocol'
import type { Session } from '../../session/session.js'
import type { Presentation } from '../../session-service/presentation.js'
import type { IssuedTokens } from '../../tokens/mint.js'
import type { HeaderReader } from '../http-request.js'

/** A refresh token in a request. */
export interface PresentedRefreshToken extends Pick<Presentation, 'token' | 'transport' | 'clientId' | 'sid'> {
  /** Whether the caller named the session. */
  readonly named: boolean
  /** Set-Cookie values that delete this token. */
  readonly clear: readonly string[]
  /** Set-Cookie values that delete the tokens of the sessions that this one replaces. */
  readonly clearEarlier: readonly string[]
  /** Ids of the replaced sessions that are still active and not bound to a key. A sign-out ends them too. */
  readonly earlier: readonly string[]
}

/** A token answer, split into body and Set-Cookie values. */
export interface WrittenTokens {
  readonly answer: TokenAnswer
  readonly setCookies: readonly string[]
}

/** How a refresh token travels. */
export interface RefreshTokenTransport {
  /** Refuses a sender that must not use this transport. @throws AnswerError `origin_refused` */
  admit(headers: HeaderReader): void
  /**
   * Finds the refresh token of a request.
   *
   * @param refreshToken The one in the request body.
   * @returns null if there is none in this transport and the caller names no session.
   * @throws AnswerError `origin_refused`, `refresh_token_missing`, `session_changed`.
   */
  read(headers: HeaderReader, refreshToken: string | undefined): Promise<PresentedRefreshToken | null>
  /** Same as `read`, for a page visit: a navigation has no `Origin` to check. */
  readVisit(headers: HeaderReader): Promise<PresentedRefreshToken | null>
  /**
   * The refresh token of the session that the caller names, even if a later sign-in has replaced it.
   *
   * @returns null if none is named, or its token is not in this transport.
   * @throws AnswerError `origin_refused`
   */
  readNamed(headers: HeaderReader): PresentedRefreshToken | null
  /** Splits an answer so that only this transport carries the refresh token. */
  write(issued: IssuedTokens): WrittenTokens
  /** Ids of the active sessions that a sign-in of a client replaces in the browser that sent these headers. */
  earlier(headers: Pick<Headers, 'get'>, clientId: string): Promise<readonly string[]>
  /**
   * Ends the sessions that a sign-in replaces: those of its client in the browser that sent these headers.
   *
   * @returns Set-Cookie values that clear their cookies.
   */
  replaceEarlier(headers: Pick<Headers, 'get'>, session: Session): Promise<readonly string[]>
}

export type Transports = Readonly<Record<Transport, RefreshTokenTransport>>
