import { type ErrorCode, errors, type ReplacedBy, type Verdict } from '@sessionward/protocol'

/**
 * An error answer: a code of the table in docs/errors.md, and a sentence about this request. Typed calls reject with it.
 */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
  /** The code of the answer: docs/errors.md. */
  readonly code: ErrorCode
  /** HTTP status, such as 401. Error handlers of Express and Koa read it. */
  readonly status: number
  /** Same as `status`. Error handlers of NestJS and Fastify read it. */
  readonly statusCode: number
  /** Whether error handlers of NestJS and Koa may show the message, as in the package http-errors. */
  readonly expose: boolean
  /** What the client should do about it. */
  readonly verdict: Verdict
  /** What was wrong and what was expected, for the caller. Never contains a secret or a value of the request. */
  readonly detail: string | undefined
  /** With `attempt_refused`: the application's code, which the client receives instead. */
  readonly applicationCode: string | undefined
  /** With `session_replaced`: the sign-in that replaced the session under a session policy. */
  readonly replacedBy: ReplacedBy | undefined
  /** Headers of the answer, such as `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>

  /**
   * `retryAfter`: seconds until a retry makes sense, rounded up (RFC 9110 section 10.2.3).
   * `challenge`: `WWW-Authenticate` of a 401, if it is not a sign-in (RFC 9110 section 11.6.1).
   */
  constructor(code: ErrorCode, detail?: string, options: AnswerErrorOptions = {}) {
    super(`${code}: ${detail ?? errors[code].title}`, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.status = errors[code].status
    this.statusCode = this.status
    this.expose = this.status < 500
    this.verdict = errors[code].verdict
    this.detail = detail
    this.applicationCode = options.applicationCode
    this.replacedBy = options.replacedBy
    this.headers = {
      ...(options.retryAfter === undefined
        ? {}
        : { 'Retry-After': String(Math.max(1, Math.ceil(options.retryAfter))) }),
      ...(options.challenge === undefined ? {} : { 'WWW-Authenticate': options.challenge }),
    }
  }
}

/** Further content of an error answer. */
interface AnswerErrorOptions {
  /** Seconds until a retry makes sense (RFC 9110 section 10.2.3). Default: no `Retry-After`. */
  readonly retryAfter?: number
  /** `WWW-Authenticate` of a 401 (RFC 9110 section 11.6.1). Default: none. */
  readonly challenge?: string
  /** With `attempt_refused`: the application's code. Default: none. */
  readonly applicationCode?: string
  /** With `session_replaced`: the sign-in that replaced the session. Default: none. */
  readonly replacedBy?: ReplacedBy | undefined
  /** The underlying error, for the log. Default: none. */
  readonly cause?: unknown
}
