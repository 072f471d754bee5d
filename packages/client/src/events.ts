import type { ErrorCode, User } from '@sessionward/protocol'
import type { RefreshUnavailableError, SignOutReason } from './errors.js'

/** The events of `client.on`, by name, with what a listener receives. */
export interface ClientEvents<U = User> {
  /** There is a new access token. */
  readonly refresh: { readonly generation: number; readonly by: 'this-tab' | 'another-tab' }
  /** A person must sign in again; requests wait. */
  readonly reauth: { readonly reason: SignOutReason; readonly user: U | undefined }
  /** Nobody is signed in any more, here and in the other tabs. */
  readonly signout: { readonly reason: SignOutReason }
  /** Another person is signed in now. */
  readonly subjectchange: { readonly user: U }
  /** The auth server is unavailable. Nobody is signed out. */
  readonly degraded: { readonly error: RefreshUnavailableError }
  /** The configuration cannot work; `hint` is a sentence for the developer. */
  readonly misconfigured: { readonly code: ErrorCode; readonly hint: string }
}

/** Beside the public events: the state, the user or the session changed. */
interface AllEvents extends ClientEvents {
  readonly change: undefined
}

export interface Events {
  /** @returns a function that removes the listener. */
  on<K extends keyof AllEvents>(name: K, listener: (event: AllEvents[K]) => void): () => void
  emit<K extends keyof AllEvents>(name: K, event: AllEvents[K]): void
}

export function createEvents(): Events {
  const listeners = new Set<readonly [name: string, call: (event: never) => void]>()
  const emit: Events['emit'] = (name, event) => {
    for (const [wanted, call] of [...listeners]) if (wanted === name) void (async () => call(event as never))()
  }
  return {
    on(name, call) {
      const entry = [name, call] as const
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    emit,
  }
}
