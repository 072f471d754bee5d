import type { SignOutReason } from '../errors.js'
import { tellSubjectChange, type WatchedClient } from './subject-change.js'

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

export const unknownPerson = { status: 'unknown', user: undefined, reason: undefined } as const

const all = new WeakMap<object, AuthSnapshots<never>>()

/** The snapshots of a client: one for all who ask. It listens to the client while somebody listens to it. */
export function authSnapshots<U>(client: WatchedClient<U>): AuthSnapshots<U> {
  const known = (all.get(client) as AuthSnapshots<U> | undefined) ?? createSnapshots(client)
  all.set(client, known as AuthSnapshots<never>)
  return known
}

function createSnapshots<U>(client: WatchedClient<U>): AuthSnapshots<U> {
  const listeners = new Set<() => void>()
  let stop = () => {}
  let last = read(client)
  let told = last
  const current = () => {
    const next = read(client)
    if (!isSame(last, next)) last = next
    return last
  }
  const look = () => {
    // First whatever is cached of the person, then what is shown of them.
    tellSubjectChange(client)
    if (told === current()) return
    told = last
    for (const listener of [...listeners]) listener()
  }
  return {
    current,
    subscribe(listener) {
      const own = () => listener()
      if (listeners.size === 0) {
        told = current()
        stop = client.subscribe(look)
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
  // The client may know that somebody is signed in, and nothing of who it is: the auth server is unavailable.
  if (state === 'unknown' || user === undefined) return unknownPerson
  return { status: 'signed-in', user, reason: undefined }
}

/** Each refresh brings the user as a new object. */
function isSame<U>(a: AuthSnapshot<U>, b: AuthSnapshot<U>): boolean {
  return a.status === b.status && a.reason === b.reason && isSameUser(a.user, b.user)
}

/** Whether they say the same: what came as JSON is compared as JSON. */
export function isSameUser(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
