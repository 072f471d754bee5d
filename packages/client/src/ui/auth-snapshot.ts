import type { SignOutReason } from '../errors.js'
import { notifySubjectChange, type WatchedClient } from './subject-change.js'

/**
 * Who is signed in, without what the client does meanwhile: it stays the same through `refreshing` and `degraded`.
 *
 * - `unknown`: the page has just opened, and the auth server has not been reached yet.
 * - `signed-in`
 * - `reauth`: the person must sign in again; requests wait.
 * - `signed-out`: nobody is signed in, and `reason` says why.
 */
export type AuthSnapshot<U> =
  | { readonly status: 'unknown'; readonly user: undefined; readonly reason: undefined }
  | { readonly status: 'signed-in'; readonly user: U; readonly reason: undefined }
  | { readonly status: 'reauth'; readonly user: U | undefined; readonly reason: SignOutReason }
  | { readonly status: 'signed-out'; readonly user: undefined; readonly reason: SignOutReason | undefined }

export interface AuthSnapshots<U> {
  /** The same object until something in it changes. A user that a refresh brings again, unchanged, is no change. */
  current(): AuthSnapshot<U>
  /** Calls the listener after `current()` has become another object. @returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void
}

export const unknownSnapshot = { status: 'unknown', user: undefined, reason: undefined } as const

const snapshotsByClient = new WeakMap<object, AuthSnapshots<never>>()

/** The snapshots of a client, one shared instance for each client. Subscribed to the client while it has listeners. */
export function authSnapshots<U>(client: WatchedClient<U>): AuthSnapshots<U> {
  const snapshots = (snapshotsByClient.get(client) as AuthSnapshots<U> | undefined) ?? createSnapshots(client)
  snapshotsByClient.set(client, snapshots as AuthSnapshots<never>)
  return snapshots
}

/** @returns a function that reads the snapshot of a client: the same object until something in it changes. */
export function snapshotReader<U>(client: WatchedClient<U>): () => AuthSnapshot<U> {
  let latest = read(client)
  return () => {
    const next = read(client)
    if (!isSame(latest, next)) latest = next
    return latest
  }
}

function createSnapshots<U>(client: WatchedClient<U>): AuthSnapshots<U> {
  const current = snapshotReader(client)
  const listeners = new Set<() => void>()
  let stop = () => {}
  let notified = current()
  const update = () => {
    // The application clears its caches first, and then renders.
    notifySubjectChange(client)
    const latest = current()
    if (notified === latest) return
    notified = latest
    for (const listener of [...listeners]) listener()
  }
  return {
    current,
    subscribe(listener) {
      const own = () => listener()
      if (listeners.size === 0) {
        notified = current()
        stop = client.subscribe(update)
      }
      listeners.add(own)
      return () => {
        listeners.delete(own)
        if (listeners.size === 0) stop()
      }
    },
  }
}

function read<U>({ state, user, reason }: WatchedClient<U>): AuthSnapshot<U> {
  if (state === 'anonymous') return { status: 'signed-out', user: undefined, reason }
  if (state === 'reauth') return { status: 'reauth', user, reason: reason! }
  // While the auth server is unavailable, the client may know that there is a session, but not the user.
  if (state === 'unknown' || user === undefined) return unknownSnapshot
  return { status: 'signed-in', user, reason: undefined }
}

/** Each refresh returns the user as a new object. */
export function isSame<U>(a: AuthSnapshot<U>, b: AuthSnapshot<U>): boolean {
  return a.status === b.status && a.reason === b.reason && isSameUser(a.user, b.user)
}

/** Compares two users as JSON, as they were received. */
export function isSameUser(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
