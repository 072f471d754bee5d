interface Listener {
  /** The profile version of the claims. */
  readonly version: number
  readonly notify: () => void
}

/** Listeners by owner, such as open sockets whose claims may become out of date. */
export class ClaimsChangeListeners {
  readonly #listeners = new Map<string, Set<Listener>>()

  /** @returns a function that ends the subscription */
  add(owner: string, version: number, notify: () => void): () => void {
    const listener = { version, notify }
    const listeners = this.#listeners.get(owner) ?? new Set()
    this.#listeners.set(owner, listeners.add(listener))
    return () => this.#remove(owner, listener)
  }

  /** Calls and removes the listeners whose claims are older than the version. */
  notify(owner: string, version: number): void {
    for (const listener of this.#listeners.get(owner) ?? []) {
      if (listener.version >= version) continue
      this.#remove(owner, listener)
      listener.notify()
    }
  }

  #remove(owner: string, listener: Listener): void {
    const listeners = this.#listeners.get(owner)
    listeners?.delete(listener)
    if (listeners?.size === 0) this.#listeners.delete(owner)
  }
}
