import type { AnswerView } from './backend/backend.js'

/** One request, as seen by its sender: `fetch` or an attachment. */
export interface ReplayableRequest<A> {
  readonly method: string
  /** Absolute. */
  readonly url: string
  /** The caller's signal. It also aborts a request that waits. */
  readonly signal: AbortSignal
  /** Takes long to send: an access token that is about to expire is refreshed before. */
  readonly large?: boolean | undefined
  /**
   * Sends it, with the access token if there is one.
   *
   * @param last whether this is the last attempt: the body need not be kept for another.
   */
  send(accessToken: string | undefined, last: boolean): Promise<A>
  /** The parts of an answer that the backend judges. */
  view(answer: A): AnswerView
}
