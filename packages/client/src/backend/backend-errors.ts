import type { SessionEndReason } from '@sessionward/protocol'

/** Why a backend says that a session is over. */
export type EndedReason = SessionEndReason | 'refresh_token_missing' | 'refresh_token_invalid' | 'refresh_token_expired'

/** Thrown by a backend's `refresh`: the session is over, and the person must sign in again. */
export class SessionEndedError extends Error {
  override readonly name = 'SessionEndedError'
  /** Why the session is over. */
  declare readonly reason: EndedReason

  /**
   * Says that the session is over.
   *
   * @param reason Default `refresh_token_invalid`.
   */
  constructor(reason: EndedReason = 'refresh_token_invalid', options?: ErrorOptions) {
    super(`The session is over: ${reason}.`, options)
    Object.assign(this, { reason })
  }
}

/** What is known of a refused sign-in. */
interface RefusalFacts extends ErrorOptions {
  /** HTTP status. Default 401. */
  readonly status?: number | undefined
  /** The backend's own code. */
  readonly code?: unknown
}

/** Thrown by a backend's `signIn`: it refused the sign-in, and `message` is for the person. */
export class SignInRefusedError extends Error {
  override readonly name = 'SignInRefusedError'
  /** HTTP status. Default 401. */
  declare readonly status: number
  /** The backend's own code. */
  declare readonly code: unknown

  constructor(message: string, { status = 401, code, ...options }: RefusalFacts = {}) {
    super(message, options)
    Object.assign(this, { status, code })
  }
}

/** What is known of an answer that was not expected. */
interface AnswerFacts extends ErrorOptions {
  /** HTTP status; undefined where there was no answer. */
  readonly status?: number | undefined
  /** Seconds. */
  readonly retryAfter?: number | undefined
}

/** An answer that is not what the backend should give. Nobody is signed out. */
export class BackendAnswerError extends Error {
  override readonly name = 'BackendAnswerError'
  /** HTTP status of that answer; undefined where there was none. */
  declare readonly status: number | undefined
  /** Seconds until the next try, if the backend said so. */
  declare readonly retryAfter: number | undefined

  constructor(message: string, { status, retryAfter, ...options }: AnswerFacts = {}) {
    super(message, options)
    Object.assign(this, { status, retryAfter })
  }
}

/** Whether the status means a wrong path or method, so that retrying does not help. */
export function isMisspelt(status: number | undefined): boolean {
  return status === 404 || status === 405
}
