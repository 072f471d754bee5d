import { AnswerError } from '../answer-error.js'

/** Seconds until a refused reader tries again. */
export const streamRetryAfter = 30

/** How many event streams each account, or each credential of a guard, has open on this node. */
export class StreamLimit {
  readonly #open = new Map<string, number>()
  readonly #maximum: number
  readonly #detail: string

  /** @param detail what the refused reader is told */
  constructor(maximum: number, detail: string) {
    this.#maximum = maximum
    this.#detail = detail
  }

  /**
   * @returns a function that gives the place back; a second call does nothing.
   * @throws AnswerError `too_many_requests`
   */
  take(holder: string): () => void {
    const others = this.#open.get(holder) ?? 0
    if (others >= this.#maximum) {
      throw new AnswerError('too_many_requests', this.#detail, { retryAfter: streamRetryAfter })
    }
    this.#open.set(holder, others + 1)
    let held = true
    return () => {
      if (held) this.#giveBack(holder)
      held = false
    }
  }

  #giveBack(holder: string): void {
    const left = this.#open.get(holder)! - 1
    if (left > 0) this.#open.set(holder, left)
    else this.#open.delete(holder)
  }
}
