import { type BusinessCode, type EnvelopeOptions, readEnvelopeOptions } from './envelope-options.js'
import { type ErrorCode, isErrorCode, type Problem, problem, problemMediaType } from './errors.js'

/** An answer as a value, before a framework sends it. Names of headers may have any case. */
export interface PlainAnswer {
  /** HTTP status. */
  readonly status: number
  /** Headers by name. */
  readonly headers: Readonly<Record<string, string>>
  /** A string for JSON; other values are passed through. */
  readonly body: unknown
}

/**
 * The response format of a system with business codes: every body is `{ code, message, data }`. Pass it to `createAuthServer`
 * and `createGuard`, and use `ok` in the routes of the application.
 */
export interface Envelope {
  /** The body of an answer that succeeded, such as `res.json(business.ok(orders))`. Default `data`: null. */
  ok(data?: unknown): Readonly<Record<string, unknown>>
  /**
   * The outermost function: what it returns is sent.
   *
   * - JSON of a status from 200 to 299 becomes the `data` of the code `ok`.
   * - A problem (RFC 9457) with a code of the error table becomes that code's number, its message and `data: null`. The member
   *   `problem` next to them keeps the problem, for clients that read it. No cache may keep the answer.
   * - Everything else is returned as it came: files, streams, empty answers, redirects, other media types.
   *
   * Other headers stay, `WWW-Authenticate` and `Retry-After` among them.
   */
  wrap<A extends PlainAnswer>(answer: A): A
}

/**
 * Creates the envelope of a system with business codes.
 *
 *     envelope({ ok: 10200, codes: { refresh: 10415, terminal: 10422, default: 10500 }, status: 200 })
 *
 * @throws TypeError that names the option and what was expected. An error without a code is refused, and so is one number for
 * errors of the verdicts `refresh` and `terminal`: a client that reads only the number could not tell them apart.
 */
export function envelope(options: EnvelopeOptions): Envelope {
  const { ok, codes, messages, fields, status } = readEnvelopeOptions(options)
  const bodyOf = (code: BusinessCode, message: string, data: unknown) => ({
    [fields.code]: code,
    [fields.message]: message,
    [fields.data]: data,
  })
  const succeed = (data: unknown = null) => bodyOf(ok, messages.ok, data)
  const fail = (problem: Problem) => ({ ...failureBody(problem), problem })
  const failureBody = ({ code, type, detail }: Problem) =>
    type === applicationProblem
      ? bodyOf(codes.attempt_refused, detail ?? messages.attempt_refused, null)
      : bodyOf(codes[code], messages[code], null)
  const wrapped = <A extends PlainAnswer>(answer: A, body: object, headers = answer.headers): A => ({
    ...answer,
    status: status === 'keep' ? answer.status : status,
    headers,
    body: JSON.stringify(body),
  })

  return {
    ok: succeed,
    wrap(answer) {
      const json = readJson(answer)
      if (!json) return answer
      const { type, value } = json
      if (type !== problemMediaType) return isSuccess(answer.status) ? wrapped(answer, succeed(value)) : answer
      return isProblem(value) ? wrapped(answer, fail(value), refusalHeaders(answer.headers)) : answer
    },
  }
}

const jsonTypes: ReadonlySet<string> = new Set(['application/json', problemMediaType])

/** Undefined if the body is not a JSON string. */
function readJson({ headers, body }: PlainAnswer): { readonly type: string; readonly value: unknown } | undefined {
  const [, contentType = ''] = Object.entries(headers).find(([name]) => isNamed(name, 'content-type')) ?? []
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase()
  if (typeof body !== 'string' || !jsonTypes.has(type)) return undefined
  try {
    return { type, value: JSON.parse(body) }
  } catch {
    return undefined
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function isProblem(value: unknown): value is Problem & { readonly code: ErrorCode } {
  const { code, type } = (value ?? {}) as Partial<Problem>
  return isErrorCode(code) || type === applicationProblem
}

/** A problem with the application's own code gets the number of `attempt_refused`, with its `detail` as the message. */
const { type: applicationProblem } = problem('attempt_refused')

/** `no-store`, because a cache would store an error with HTTP 200 as the resource. */
function refusalHeaders(headers: PlainAnswer['headers']): PlainAnswer['headers'] {
  const others = Object.entries(headers).filter(
    ([name]) => !isNamed(name, 'content-type') && !isNamed(name, 'cache-control'),
  )
  return { ...Object.fromEntries(others), 'content-type': 'application/json', 'cache-control': 'no-store' }
}

function isNamed(name: string, lowerCase: string): boolean {
  return name.toLowerCase() === lowerCase
}
