import type { Logger } from '@sessionward/protocol'

/** Warns the operator once about each subject, and again when there is something else to say about it. */
export class Warnings {
  readonly #logger: Logger
  readonly #latest = new Map<string, string>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  warn(subject: string, message: string): void {
    if (this.#latest.get(subject) === message) return
    this.#latest.set(subject, message)
    try {
      this.#logger.warn(`Sessionward guard: ${message}`)
    } catch {
      // Neither a request nor the feed may fail because a logger does.
    }
  }

  /** For what would differ a little each time. */
  once(subject: string, message: string): void {
    if (!this.#latest.has(subject)) this.warn(subject, message)
  }

  /** What was warned of is over: should it come back, it is news. */
  resolve(subject: string): void {
    this.#latest.delete(subject)
  }
}
