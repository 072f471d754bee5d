import type { SessionEndReason } from '@sessionward/protocol'

/** Called with the reason when a session ends. Must not throw. */
export type SessionEndListener = (reason: SessionEndReason) => void

/** Listeners by session, such as open sockets that must be closed when it ends. */
export class SessionEndListeners {
  readonly #listeners = new Map<string, Set<SessionEndListener>>()

  /** @returns a function that ends the subscription */
  add(sid: string, listener: SessionEndListener): () => void {
    const listeners = this.#listeners.get(sid) ?? new Set()
    this.#listeners.set(sid, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(sid) === listeners) this.#listeners.delete(sid)
    }
  }

  /** Calls and removes the listeners of a session. */
  notify(sid: string, reason: SessionEndReason): void {
    const listeners = this.#listeners.get(sid)
    if (!listeners) return
    this.#listeners.delete(sid)
    // Iterates the live set: a listener may remove another one, which is then not called.
    for (const listener of listeners) listener(reason)
  }
}
