import { type ErrorCode, errors, type Verdict } from '@sessionward/protocol'

/**
 * Thrown for everything that ends in an error answer: a code of the table in docs/errors.md, and a sentence about this one
 * request. A typed call rejects with it.
 */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
  readonly code: ErrorCode
  /** Status of the answer, such as 401: what an error handler of Express and its like reads. */
  readonly status: number
  /** What a client does about it. */
  readonly verdict: Verdict
  /** What was wrong and what was expected, for the caller to read. Never a secret, never the caller's own words. */
  readonly detail: string | undefined
  /** Header fields that belong to the answer, `Retry-After` above all. */
  readonly headers: Readonly<Record<string, string>>

  /**
   * `retryAfter`: seconds until it makes sense to come back; rounded up to whole ones (RFC 9110 section 10.2.3).
   * `challenge`: what a 401 asks for instead of a sign-in (RFC 9110 section 11.6.1).
   */
  constructor(code: ErrorCode, detail?: string, options: AnswerErrorOptions = {}) {
    super(`${code}: ${detail ?? errors[code].title}`, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.status = errors[code].status
    this.verdict = errors[code].verdict
    this.detail = detail
    this.headers = {
      ...(options.retryAfter === undefined
        ? {}
        : { 'Retry-After': String(Math.max(1, Math.ceil(options.retryAfter))) }),
      ...(options.challenge === undefined ? {} : { 'WWW-Authenticate': options.challenge }),
    }
  }
}

interface AnswerErrorOptions {
  readonly retryAfter?: number
  readonly challenge?: string
  readonly cause?: unknown
}
