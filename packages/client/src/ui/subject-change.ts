import { attachable } from '../attach/attachable.js'
import type { Client } from '../client.js'

/** The part of a client that a user interface watches. */
export type WatchedClient<U> = Pick<Client<U>, 'state' | 'user' | 'reason' | 'subscribe' | typeof attachable>

/** A person who was signed in has gone, or another one has taken their place. */
export interface SubjectChange<U> {
  /** Who was signed in before; undefined if that is not known. */
  readonly from: U | undefined
  /** Nothing: nobody is signed in now. */
  readonly to: U | undefined
}

interface Watch {
  readonly listeners: Set<(change: SubjectChange<unknown>) => void>
  /** Looks who is signed in, and tells the listeners if somebody has gone. */
  look(): void
}

const watches = new WeakMap<object, Watch>()

/**
 * Calls the listener once whenever the person who was signed in goes (signed out, or the session ended) or another one
 * takes their place, before a request of the next one is sent: the place to clear what the application has cached of the
 * person. A person who must sign in again has not gone yet. It is called before any listener of `authSnapshots`.
 *
 * @returns a function that unsubscribes.
 */
export function onSubjectChange<U>(client: WatchedClient<U>, listener: (change: SubjectChange<U>) => void): () => void {
  const { listeners, look } = watchOf(client)
  // So that the same function can be given twice.
  const own = (change: SubjectChange<unknown>) => listener(change as SubjectChange<U>)
  // Who is signed in now is who may go.
  if (listeners.size === 0) look()
  listeners.add(own)
  const stop = client.subscribe(look)
  return () => {
    stop()
    listeners.delete(own)
  }
}

/** Tells the listeners of `onSubjectChange` now, if somebody has gone. */
export function notifySubjectChange(client: WatchedClient<unknown>): void {
  watches.get(client)?.look()
}

function watchOf(client: WatchedClient<unknown>): Watch {
  const watch = watches.get(client) ?? createWatch(client)
  watches.set(client, watch)
  return watch
}

function createWatch(client: WatchedClient<unknown>): Watch {
  const listeners = new Set<(change: SubjectChange<unknown>) => void>()
  // Before the session is known, nobody has been shown to anybody.
  const ownerNow = () => (client.state === 'unknown' ? undefined : client[attachable].session.owner)
  let owner: string | undefined
  let user: unknown
  const look = () => {
    const [before, from] = [owner, user]
    owner = ownerNow()
    user = client.user
    if (before === undefined || before === owner) return
    // An error in the app's function becomes an unhandled rejection, and the other listeners are called all the same.
    for (const listener of [...listeners]) void (async () => listener({ from, to: user }))()
  }
  return { listeners, look }
}
