import { GuardError } from '@sessionward/guard'
import { type ErrorCode, errors, type Problem, problem, problemMediaType } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import { StoreUnavailableError } from '../store/store.js'
import type { Answer } from './answer.js'

/** `WWW-Authenticate` of a 401 that requires a sign-in and not an access token (RFC 9110 section 11.6.1 requires a challenge). */
const signInChallenge = 'Sessionward'

/** The answer to a failed request. Unexpected errors are reported to the operator, not to the client. */
export function problemAnswer(error: unknown, report: (error: unknown) => void): Answer {
  // The guard's error already has its headers, challenge included.
  if (error instanceof GuardError) {
    return { status: error.status, headers: error.headers(), setCookies: [], body: JSON.stringify(error.problem()) }
  }
  const answer = toAnswerError(error, report)
  const { status } = errors[answer.code]
  const headers: Record<string, string> = {
    'Content-Type': problemMediaType,
    'Cache-Control': 'no-store',
    ...(status === 401 ? { 'WWW-Authenticate': signInChallenge } : {}),
    ...answer.headers,
  }
  return { status, headers, setCookies: [], body: JSON.stringify(problemOf(answer)) }
}

function problemOf({ code, detail, applicationCode, replacedBy }: AnswerError): Problem {
  return {
    ...problem(code, detail),
    ...(applicationCode !== undefined && { code: applicationCode as ErrorCode }),
    ...(replacedBy && { replacedBy }),
  }
}

function toAnswerError(error: unknown, report: (error: unknown) => void): AnswerError {
  if (error instanceof AnswerError) return error
  report(error)
  const detail = error instanceof StoreUnavailableError ? 'the store is unavailable' : undefined
  return new AnswerError('service_unavailable', detail, { retryAfter: 1 })
}
