import type { User } from '@sessionward/protocol'
import type { ClientActivity, FlightActivity, RequestActivity, TabActivity } from './activity.js'
import type { RefreshUnavailableError } from './errors.js'

export interface ClientEvents {
  /** There is a new access token. */
  readonly refresh: { readonly generation: number; readonly by: 'this-tab' | 'another-tab' }
  /** A person must sign in again; requests wait. */
  readonly reauth: { readonly reason: string; readonly user: User | undefined }
  readonly signout: { readonly reason: string }
  /** Somebody else is signed in now. */
  readonly subjectchange: { readonly user: User }
  /** The auth server cannot be reached. Nobody is signed out. */
  readonly degraded: { readonly error: RefreshUnavailableError }
  /** Something is set up so that it cannot work; `hint` is a sentence for a developer. */
  readonly misconfigured: { readonly code: string; readonly hint: string }
  readonly activity: ClientActivity
}

type Listener<K extends keyof ClientEvents> = (event: ClientEvents[K]) => void

export class Events {
  readonly #listeners: { [K in keyof ClientEvents]?: Set<Listener<K>> } = {}
  readonly #at: () => number

  /** @param at the instant to stamp activities with, in milliseconds. */
  constructor(at: () => number) {
    this.#at = at
  }

  /** @returns a function that takes the listener off again. */
  on<K extends keyof ClientEvents>(name: K, listener: Listener<K>): () => void {
    // Wrapped, so that one function listening twice is two listeners.
    const own: Listener<K> = (event) => listener(event)
    const listeners = this.#listeners[name] as Set<Listener<K>> | undefined
    this.#listeners[name] = (listeners ?? new Set<Listener<K>>()).add(own) as never
    return () => void (this.#listeners[name] as Set<Listener<K>>).delete(own)
  }

  emit<K extends keyof ClientEvents>(name: K, event: ClientEvents[K]): void {
    for (const listener of [...((this.#listeners[name] as Set<Listener<K>> | undefined) ?? [])]) {
      callSafely(() => listener(event))
    }
  }

  activity(what: RequestActivity | FlightActivity | TabActivity): void {
    if (this.#listeners.activity?.size) this.emit('activity', { ...what, at: this.#at() })
  }
}

/** A fault in the app's function is the app's: it is reported as uncaught, and breaks nothing here. */
export function callSafely(call: () => void): void {
  try {
    call()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
