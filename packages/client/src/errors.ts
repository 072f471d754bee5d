import type { ErrorCode } from '@sessionward/protocol'

/** Why nobody is signed in, or why the person must sign in again: a code of the error table, or one of the client's own. */
export type SignOutReason = ErrorCode | 'reauth_cancelled' | 'reauth_timeout' | 'reauth_crowded' | 'destroyed'

/** The session is over, and `reason` says why. */
export class SignedOutError extends Error {
  override readonly name = 'SignedOutError'
  /** Why the session ended. */
  declare readonly reason: SignOutReason

  constructor(reason: SignOutReason) {
    super(`Signed out: ${reason}.`)
    Object.assign(this, { reason })
  }
}

/** A fresh access token was needed, and the auth server is unavailable. Nobody is signed out. */
export class RefreshUnavailableError extends Error {
  override readonly name = 'RefreshUnavailableError'
  /** Seconds until the client tries again by itself. */
  declare readonly retryAfter: number

  constructor(cause: unknown, retryAfter: number) {
    super('The server that renews tokens is unavailable.', { cause })
    Object.assign(this, { retryAfter })
  }
}

/** A fresh access token was needed, and the auth server refused the request itself: the configuration is wrong. */
export class RefreshRefusedError extends Error {
  override readonly name = 'RefreshRefusedError'
  /** The code that the auth server answered: docs/errors.md. */
  declare readonly code: ErrorCode

  constructor(code: ErrorCode, cause: unknown, detail?: string) {
    super(`The server refused the refresh: ${detail ?? code}`, { cause })
    Object.assign(this, { code })
  }
}

/** Another person has signed in since this request began. It is not sent as that person, nor is its answer passed on. */
export class SessionChangedError extends Error {
  override readonly name = 'SessionChangedError'
  /** Whether it had been sent already, as the first person: the server may have carried it out. */
  declare readonly sent: boolean

  constructor(sent: boolean) {
    super(`Another person has signed in. The request was ${sent ? 'sent before that' : 'not sent'}.`)
    Object.assign(this, { sent })
  }
}

interface SignInFailure {
  readonly code?: SignInError['code'] | undefined
  readonly status?: number | undefined
  readonly detail?: string | undefined
  readonly cause?: unknown
  readonly retryAfter?: number | undefined
}

/**
 * The auth server refused a sign-in, or is unavailable: then `status` is 0 and `code` is `unreachable`. With a backend of your
 * own, `code` may also be `unexpected_answer`; `detail` and `cause` have its answer.
 */
export class SignInError extends Error {
  override readonly name = 'SignInError'
  /** The code that the auth server answered (docs/errors.md), `unreachable` or `unexpected_answer`. */
  declare readonly code: ErrorCode | 'unreachable' | 'unexpected_answer'
  /** HTTP status; 0 where there was no answer. */
  declare readonly status: number
  /** What was wrong and what was expected, as the server said it. */
  declare readonly detail: string | undefined
  /** Seconds until a sign-in may be tried again, if the server said so: `too_many_attempts`. */
  declare readonly retryAfter: number | undefined

  constructor({ code = 'unreachable', status = 0, detail, cause, retryAfter }: SignInFailure) {
    // If CORS forbids a request, the page learns only that it failed.
    const more = detail ?? (status ? '' : "Is the page's origin in the auth server's `origins`?")
    // The code of a backend, if it gave a detail; the `code` of a DOMException is of no use.
    const said = detail && (cause as { readonly code?: unknown } | undefined)?.code
    super(`Sign-in failed: ${said || code}. ${more}`.trim(), { cause })
    Object.assign(this, { code, status, detail, retryAfter })
  }
}

/**
 * This browser is signed out, but the auth server did not confirm it. In cookie transport the session ends there when a
 * page opens again, otherwise at its idle timeout.
 */
export class SignOutError extends Error {
  override readonly name = 'SignOutError'

  constructor(cause: unknown) {
    super('Signed out here, but the server did not confirm it.', { cause })
  }
}
