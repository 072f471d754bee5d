import type { Logger } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'

/**
 * Turns an error of earlier middleware into an answer, and logs where it was thrown. The error itself is never logged: the
 * message and the fields of a body parser's error contain the body with its passwords.
 */
export function createEarlierFailure(logger: Logger): (error: unknown) => AnswerError {
  let isWarned = false
  return (error) => {
    if (!isOfTheRequest(error)) {
      logger.error(`middleware before the auth server failed${placeOf(error)}`)
      return new AnswerError('service_unavailable', undefined, { retryAfter: 1 })
    }
    if (!isWarned) {
      isWarned = true
      logger.warn('a body parser failed before the auth server: mount the auth server before body parsers')
    }
    return new AnswerError('invalid_request', 'the body could not be read')
  }
}

/** The request is at fault: a parser says 4xx, or could not parse. */
function isOfTheRequest(error: unknown): boolean {
  const { status, statusCode } = (error ?? {}) as { readonly status?: unknown; readonly statusCode?: unknown }
  const code = Number(status ?? statusCode)
  return error instanceof SyntaxError || (code >= 400 && code < 500)
}

/** Where it was thrown: the lines of its stack behind the message. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : ''
  const frame = stack.split('\n').find((line) => /^ {4}at .*:\d+:\d+\)?$/.test(line))
  return frame === undefined ? '' : frame.replace(/^ +/, ' ')
}
