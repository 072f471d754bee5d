import type { BackendAnswer } from './backend.js'
import { BackendAnswerError, isMisspelt, SessionEndedError, SignInRefusedError } from './backend-errors.js'
import { malformed } from './issued-tokens.js'

const unexpected = { code: 'unexpected_answer' } as const

/** The answer for an error that a function of the backend threw: unavailable, unless the error says otherwise. */
export function failedCall(cause: unknown): BackendAnswer {
  if (cause instanceof SessionEndedError) return { verdict: 'terminal', code: cause.reason, status: 401, cause }
  if (cause instanceof SignInRefusedError) {
    const { status, message } = cause
    return { verdict: 'fix', code: 'invalid_credentials', status, detail: message, cause }
  }
  if (cause instanceof BackendAnswerError) {
    const { status, message, retryAfter = 0 } = cause
    const facts = { status, detail: message, retryAfter, cause }
    if (isMisspelt(status))
      return { ...facts, verdict: 'fix', code: status === 404 ? 'not_found' : 'method_not_allowed' }
    return { ...facts, verdict: 'retry', ...((status ?? 0) < 500 && unexpected) }
  }
  if (isOutage(cause)) return { verdict: 'retry', cause }
  return { verdict: 'retry', cause, detail: messageOf(cause), ...unexpected, ...malformed }
}

/** Whether `fetch` or axios reported that there was no answer. Any other error is a bug, and retrying does not help. */
function isOutage(cause: unknown): boolean {
  const { name, message = '', code } = (cause ?? {}) as { name?: string; message?: string; code?: unknown }
  if (name === 'TimeoutError' || name === 'AbortError') return true
  if (name === 'AxiosError') return /^(ERR_NETWORK|ECONN\w+|ETIMEDOUT|ERR_CANCELED)$/.test(String(code))
  return name === 'TypeError' && /fetch|network|load failed/i.test(message)
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
