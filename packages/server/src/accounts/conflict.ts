import { AnswerError } from '../answer-error.js'

/** How often an update is attempted that conflicts with another. */
export const maxAttempts = 4

/** The error of a change that conflicts with others too often. */
export function conflictError(): AnswerError {
  return new AnswerError('service_unavailable', 'other requests are changing this account: try again', {
    retryAfter: 1,
  })
}
