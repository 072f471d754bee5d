import { AnswerError } from '../answer-error.js'

/** Seconds after which a refused client should retry. */
export const streamRetryAfter = 30

/** Limits the open event streams of each account, or of each guard credential, on this node. */
export class StreamLimit {
  readonly #open = new Map<string, number>()
  readonly #max: number
  readonly #detail: string

  /** @param detail Detail of the error. */
  constructor(max: number, detail: string) {
    this.#max = max
    this.#detail = detail
  }

  /**
   * @returns a function that releases the stream. A second call does nothing.
   * @throws AnswerError `too_many_requests`
   */
  acquire(holder: string): () => void {
    const others = this.#open.get(holder) ?? 0
    if (others >= this.#max) {
      throw new AnswerError('too_many_requests', this.#detail, { retryAfter: streamRetryAfter })
    }
    this.#open.set(holder, others + 1)
    let acquired = true
    return () => {
      if (acquired) this.#release(holder)
      acquired = false
    }
  }

  #release(holder: string): void {
    const left = this.#open.get(holder)! - 1
    if (left > 0) this.#open.set(holder, left)
    else this.#open.delete(holder)
  }
}
