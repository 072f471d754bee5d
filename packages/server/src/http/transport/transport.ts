import type { TokenAnswer, Transport } from '@sessionward/protocol'
import type { Session } from '../../session/session.js'
import type { Presentation } from '../../session-service.js'
import type { Issued } from '../../tokens/mint.js'
import type { HeaderReader } from '../http-request.js'

/** A refresh token that came with a request. */
export interface Presented extends Pick<Presentation, 'token' | 'transport' | 'clientId' | 'sid'> {
  /** Whether the caller says which session it means. */
  readonly named: boolean
  /** Set-Cookie values that make the sender forget this token. */
  readonly clear: readonly string[]
  /** Set-Cookie values that make the sender forget the sessions which this one has taken the place of. */
  readonly clearEarlier: readonly string[]
  /** Ids of those sessions that are still active and end without a proof. A sign-out ends them too. */
  readonly earlier: readonly string[]
}

/** A token answer, split into what its body says and what its headers set. */
export interface CarriedTokens {
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
   * @param refreshToken The one in its body.
   * @returns null where none came by this transport and the caller names no session.
   * @throws AnswerError `origin_refused`, `refresh_token_missing`, `session_changed`.
   */
  read(headers: HeaderReader, refreshToken: string | undefined): Promise<Presented | null>
  /** Same as `read`, for a page visit: a navigation has no `Origin` that could be listed. */
  readVisit(headers: HeaderReader): Promise<Presented | null>
  /**
   * The refresh token of the session that the caller names, although a later sign-in may have taken its place.
   *
   * @returns null where none is named, or its token did not come by this transport.
   * @throws AnswerError `origin_refused`
   */
  readNamed(headers: HeaderReader): Presented | null
  /** Splits an answer: the refresh token goes where this transport carries it, and nowhere else. */
  write(issued: Issued): CarriedTokens
  /** Ids of the active sessions that a sign-in of a client takes the place of, in the browser that sent these headers. */
  earlier(headers: Pick<Headers, 'get'>, clientId: string): Promise<readonly string[]>
  /**
   * Ends the sessions that a sign-in takes the place of: those of its client in the browser that sent these headers.
   *
   * @returns Set-Cookie values that clear their cookies.
   */
  replaceEarlier(headers: Pick<Headers, 'get'>, session: Session): Promise<readonly string[]>
}

export type Transports = Readonly<Record<Transport, RefreshTokenTransport>>
