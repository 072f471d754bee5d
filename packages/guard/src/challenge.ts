import { type ErrorCode, errors, type Problem, problem, problemMediaType, type Verdict } from '@sessionward/protocol'

interface GuardErrorOptions {
  /** One sentence about this request. It must not contain data of the request. */
  readonly detail?: string
  /** What the route requires (RFC 6750 section 3.1). */
  readonly scope?: readonly string[]
  /** Seconds since the person authenticated at most (RFC 9470 section 3). */
  readonly maxAge?: number
  /** Seconds. */
  readonly retryAfter?: number
  readonly cause?: unknown
}

type ChallengeParameters = { readonly [name in 'detail' | 'scope' | 'maxAge']: GuardErrorOptions[name] | undefined }

/** The answer to a request that was refused. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as text: a problem (RFC 9457), or the guard's `envelope`. */
  readonly body: string
}

/** Why a request was refused. Neither its message nor any other property contains a token. */
export class GuardError extends Error {
  /** Compared by name, because a bundler may duplicate the class, as Next does for pages and route handlers. */
  static override [Symbol.hasInstance](value: unknown): value is GuardError {
    return value instanceof Error && value.name === 'GuardError'
  }

  override readonly name = 'GuardError'
  /** The code of the answer: docs/errors.md. */
  readonly code: ErrorCode
  /** HTTP status of the answer, such as 401. */
  readonly status: number
  /** What the client should do about it. */
  readonly verdict: Verdict
  /** Value of `WWW-Authenticate` (RFC 6750 section 3). Absent if the request is not at fault. */
  readonly challenge: string | undefined
  readonly #detail: string | undefined
  readonly #retryAfter: number | undefined

  constructor(code: ErrorCode, { detail, scope, maxAge, retryAfter, cause }: GuardErrorOptions = {}) {
    super(detail ?? errors[code].title, cause === undefined ? undefined : { cause })
    this.code = code
    this.status = errors[code].status
    this.verdict = errors[code].verdict
    this.challenge = bearerChallenge(code, { detail, scope, maxAge })
    this.#detail = detail
    this.#retryAfter = retryAfter
  }

  /** Body of the answer (RFC 9457). */
  problem(): Problem {
    return problem(this.code, this.#detail)
  }

  /** Headers of the answer, in lower case. */
  headers(): Record<string, string> {
    return {
      'content-type': problemMediaType,
      'cache-control': 'no-store',
      ...(this.challenge === undefined ? {} : { 'www-authenticate': this.challenge }),
      ...(this.#retryAfter === undefined ? {} : { 'retry-after': String(this.#retryAfter) }),
    }
  }
}

export function invalidToken(detail: string): GuardError {
  return new GuardError('access_token_invalid', { detail })
}

/** The guard temporarily cannot check tokens. Clients keep their session and retry. */
export function unavailable(detail: string, cause?: unknown): GuardError {
  return new GuardError('service_unavailable', { detail, retryAfter: 1, cause })
}

function bearerChallenge(code: ErrorCode, { detail, scope, maxAge }: ChallengeParameters): string | undefined {
  if (errors[code].status >= 500) return undefined
  // A request without credentials gets no error code (RFC 6750 section 3.1).
  if (code === 'access_token_missing') return 'Bearer'
  const parameters = [`error="${bearerError(code)}"`]
  if (scope) parameters.push(`scope="${scope.join(' ')}"`)
  if (maxAge !== undefined) parameters.push(`max_age="${maxAge}"`)
  parameters.push(`code="${code}"`)
  if (detail !== undefined) parameters.push(`error_description="${printable(detail)}"`)
  return `Bearer ${parameters.join(', ')}`
}

function bearerError(code: ErrorCode): string {
  if (code === 'step_up_required') return 'insufficient_user_authentication'
  return code === 'invalid_request' || code === 'insufficient_scope' ? code : 'invalid_token'
}

/** Replaces characters that RFC 6750 section 3 does not allow in `error_description`. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
}
