/** The session is over, and `reason` says why: a code of the error table, or one of the client's own words. */
export class SignedOutError extends Error {
  override readonly name = 'SignedOutError'
  readonly reason: string

  constructor(reason: string) {
    super(`Signed out: ${reason}.`)
    this.reason = reason
  }
}

/** A fresh access token was needed, and the auth server could not be reached. Nobody is signed out by it. */
export class RefreshUnavailableError extends Error {
  override readonly name = 'RefreshUnavailableError'
  /** Seconds until the client tries again by itself. */
  readonly retryAfter: number

  constructor(cause: unknown, retryAfter: number) {
    super('The auth server cannot be reached just now.', { cause })
    this.retryAfter = retryAfter
  }
}

/** Somebody else has signed in since this request was made. It was not sent, or not again, in their name. */
export class SessionChangedError extends Error {
  override readonly name = 'SessionChangedError'

  constructor() {
    super('Somebody else has signed in since this request was made.')
  }
}

/** The auth server did not accept a sign-in, or did not answer: then `status` is 0 and `code` is `unreachable`. */
export class SignInError extends Error {
  override readonly name = 'SignInError'
  readonly code: string
  readonly status: number
  readonly detail: string | undefined

  constructor(code: string, status: number, detail?: string, cause?: unknown) {
    super(`Not signed in: ${code}.`, { cause })
    this.code = code
    this.status = status
    this.detail = detail
  }
}

/** This browser is signed out, but the auth server could not be told: the session may live on there until it is idle. */
export class SignOutError extends Error {
  override readonly name = 'SignOutError'

  constructor(cause: unknown) {
    super('Signed out here, but the auth server could not be told.', { cause })
  }
}
