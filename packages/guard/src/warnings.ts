import type { Logger } from '@sessionward/protocol'

/** Logs each warning once for each subject, and again when its message changes. */
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
      // A failing logger must not fail a request or the feed.
    }
  }

  /** Logs only the first message about a subject, for messages that contain changing values. */
  once(subject: string, message: string): void {
    if (!this.#latest.has(subject)) this.warn(subject, message)
  }

  /** Marks a subject as resolved, so that it is logged again if it recurs. */
  resolve(subject: string): void {
    this.#latest.delete(subject)
  }
}
