/** The session is over, and `reason` says why: a code of the error table, or one of the client's own words. */
export class SignedOutError extends Error {
  override readonly name = 'SignedOutError'
  declare readonly reason: string

  constructor(reason: string) {
    super(`Signed out: ${reason}.`)
    Object.assign(this, { reason })
  }
}

/** A fresh access token was needed, and the auth server could not be reached. Nobody is signed out by it. */
export class RefreshUnavailableError extends Error {
  override readonly name = 'RefreshUnavailableError'
  /** Seconds until the client tries again by itself. */
  declare readonly retryAfter: number

  constructor(cause: unknown, retryAfter: number) {
    super('The auth server cannot be reached.', { cause })
    Object.assign(this, { retryAfter })
  }
}

/** Somebody else has signed in since this request was made. It was not sent, or not again, in their name. */
export class SessionChangedError extends Error {
  override readonly name = 'SessionChangedError'

  constructor() {
    super('Somebody else has signed in.')
  }
}

/** The auth server did not accept a sign-in, or did not answer: then `status` is 0 and `code` is `unreachable`. */
export class SignInError extends Error {
  override readonly name = 'SignInError'
  declare readonly code: string
  declare readonly status: number
  declare readonly detail: string | undefined

  constructor(code: string, status: number, detail?: string, cause?: unknown) {
    super(`Not signed in: ${code}.`, { cause })
    Object.assign(this, { code, status, detail })
  }
}

/** This browser is signed out, but the auth server could not be told: the session may live on there until it is idle. */
export class SignOutError extends Error {
  override readonly name = 'SignOutError'

  constructor(cause: unknown) {
    super('Signed out here, but the auth server cannot be reached.', { cause })
  }
}
