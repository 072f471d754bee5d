import type { Logger } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'

/**
 * Converts an error of earlier middleware to an answer, and logs where it was thrown. Never logs the error itself: the message and
 * the fields of a body parser's error contain the body with its passwords.
 */
export function createMiddlewareErrorHandler(logger: Logger): (error: unknown) => AnswerError {
  let isWarned = false
  return (error) => {
    if (!isRequestError(error)) {
      logger.error(`middleware before the auth server failed${stackFrameOf(error)}`)
      return new AnswerError('service_unavailable', undefined, { retryAfter: 1 })
    }
    if (!isWarned) {
      isWarned = true
      logger.warn('a body parser failed before the auth server: mount the auth server before body parsers')
    }
    return new AnswerError('invalid_request', 'the body could not be read')
  }
}

/** Whether the request caused the error: a 4xx status, or a SyntaxError of a parser. */
function isRequestError(error: unknown): boolean {
  const { status, statusCode } = (error ?? {}) as { readonly status?: unknown; readonly statusCode?: unknown }
  const code = Number(status ?? statusCode)
  return error instanceof SyntaxError || (code >= 400 && code < 500)
}

/** The first stack frame, which follows the message. */
function stackFrameOf(error: unknown): string {
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : ''
  const frame = stack.split('\n').find((line) => /^ {4}at .*:\d+:\d+\)?$/.test(line))
  return frame === undefined ? '' : frame.replace(/^ +/, ' ')
}
