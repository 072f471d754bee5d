import { BackendAnswerError, isMisspelt, SessionEndedError, SignInRefusedError } from './backend-errors.js'
import { codeOf, meaningOf } from './code-table.js'
import { explainNoToken } from './explain-no-token.js'
import { readField } from './field-path.js'
import { type IssuedTokens, malformed } from './issued-tokens.js'
import type { JsonBackendOptions } from './json-options.js'
import { mediaTypeOf } from './judged-answer.js'
import { retryAfter } from './retry-after.js'

/** An answer of the backend, read completely. */
export interface JsonAnswer {
  readonly response: Response
  /** Undefined if there was none. */
  readonly body: unknown
  /** What was called, for errors: `POST /login`. */
  readonly what: string
}

/** @throws BackendAnswerError if it is not JSON: a captive portal or a proxy answers 200 with a page of its own. */
export async function readAnswer(response: Response, what: string): Promise<JsonAnswer> {
  const text = await response.text()
  if (!text) return { response, body: undefined, what }
  try {
    return { response, body: JSON.parse(text), what }
  } catch (cause) {
    const { status } = response
    const type = mediaTypeOf(response.headers.get('Content-Type')) || 'no content type'
    throw new BackendAnswerError(`${what} answered ${status} with ${type} instead of JSON.`, {
      cause,
      ...facts(response),
    })
  }
}

/** @throws SignInRefusedError, or BackendAnswerError where the backend is at fault. */
export function checkSignedIn(answer: JsonAnswer, options: JsonBackendOptions): void {
  const { response, body } = answer
  const { code, failed } = judge(answer, options)
  if (!failed) return
  if (isOutage(response.status) || body === undefined) throw unexpected(answer, code)
  const message = readField(options.tokens.message ?? 'message', body, response.headers)
  const { status } = response
  // Without a message for the person, this is no refused sign-in: the path or the method is wrong.
  if (typeof message !== 'string' && isMisspelt(status)) throw unexpected(answer, code)
  throw new SignInRefusedError(typeof message === 'string' ? message : unexpected(answer, code).message, {
    status,
    code,
  })
}

/** @throws SessionEndedError; BackendAnswerError for any other failure, which signs nobody out. */
export function checkRefreshed(answer: JsonAnswer, options: JsonBackendOptions): void {
  const { code, meaning, failed } = judge(answer, options)
  const cause = unexpected(answer, code)
  if (meaning === 'expired') throw new SessionEndedError('refresh_token_expired', { cause })
  if (meaning && meaning !== 'ok') throw new SessionEndedError(meaning, { cause })
  const { ended = [401, 419] } = options.status ?? {}
  if (ended.includes(answer.response.status)) throw new SessionEndedError('refresh_token_invalid', { cause })
  if (failed) throw cause
}

/** @throws BackendAnswerError unless the backend has ended the session, or does not know it. */
export function checkSignedOut(answer: JsonAnswer, options: JsonBackendOptions): void {
  const { code, meaning, failed } = judge(answer, options)
  const over = meaning && meaning !== 'ok' && meaning !== 'expired'
  if (failed && !over) throw unexpected(answer, code)
}

/** @throws BackendAnswerError that says which keys the answer has, where the access token is not among them. */
export function readTokens(answer: JsonAnswer, options: JsonBackendOptions): IssuedTokens {
  const { response, body } = answer
  const { tokens } = options
  const read = (path: keyof typeof tokens) => readField(tokens[path], body, response.headers) ?? undefined
  const names = ['accessToken', 'refreshToken', 'expiresIn', 'user', 'subject'] as const
  const found = Object.fromEntries(names.map((name) => [name, read(name)])) as unknown as IssuedTokens
  if (found.accessToken === undefined) {
    throw new BackendAnswerError(explainNoToken(answer, judge(answer, options).code, options), facts(response))
  }
  return found
}

function judge({ response, body }: JsonAnswer, { code: table }: JsonBackendOptions) {
  const { status, url, redirected, headers, ok } = response
  const contentType = mediaTypeOf(headers.get('Content-Type'))
  const code = table && codeOf({ status, url, redirected, contentType, body }, table)
  const meaning = table && meaningOf(code, table)
  const wrongCode = code !== undefined && (table?.ok === undefined ? meaning !== undefined : meaning !== 'ok')
  return { code, meaning, failed: !ok || wrongCode }
}

function unexpected({ response, what }: JsonAnswer, code: string | undefined): BackendAnswerError {
  const named = code === undefined ? '' : ` with code ${code}`
  const hint = isMisspelt(response.status) ? ' Is the path or the method misspelt?' : ''
  return new BackendAnswerError(`${what} answered ${response.status}${named}.${hint}`, facts(response))
}

function facts({ status, headers }: Response) {
  const asked = retryAfter(headers, Date.now())
  return { status, retryAfter: asked || (isOutage(status) ? 0 : malformed.retryAfter) }
}

function isOutage(status: number): boolean {
  return status > 499 || [408, 425, 429].includes(status)
}
