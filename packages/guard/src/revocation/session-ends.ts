import type { SessionEndReason } from '@sessionward/protocol'

/** Is told why a session ended. Must not throw. */
export type EndListener = (reason: SessionEndReason) => void

/** Who wants to know of the end of which session, such as the open sockets of a signed-in person. */
export class SessionEnds {
  readonly #listeners = new Map<string, Set<EndListener>>()

  /** @returns a function that ends the subscription */
  listen(sid: string, listener: EndListener): () => void {
    const listeners = this.#listeners.get(sid) ?? new Set()
    this.#listeners.set(sid, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(sid) === listeners) this.#listeners.delete(sid)
    }
  }

  /** A session ends once, so nobody is told twice. */
  tell(sid: string, reason: SessionEndReason): void {
    const listeners = this.#listeners.get(sid)
    if (!listeners) return
    this.#listeners.delete(sid)
    // A listener may end the subscription of another: one that is gone is not called.
    for (const listener of listeners) listener(reason)
  }
}
