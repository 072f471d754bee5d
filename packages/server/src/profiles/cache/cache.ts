import type { Relay } from '../../store/store.js'

/** What nodes share beside their store: `cache` of the auth server's options. */
export interface Cache {
  /** The profiles. */
  readonly profiles: ProfileCache
  /** How nodes tell each other at once what they wrote, where the store has no relay of its own. */
  readonly relay?: Relay
  /** Lets go of what it opened itself. A client that was handed in stays open. */
  close(): Promise<void>
}

/**
 * The port to a cache of profiles: what some node read of a subject lately, for all of them.
 *
 * It promises little, and nothing rests on it. Each session says from when on a reading of its subject counts
 * (`profileFrom`, in the store), so that an entry which should have been forgotten, came back or was written late is of no
 * use to anybody. An implementation promises:
 * - **Soon or not at all.** A verb rejects within a fraction of a second where it cannot answer, and at once where it has not
 *   been able to for a while. The caller then does without.
 * - **Nothing that it does not know.** Content that it did not write in this form is none.
 * - **Names say nothing** of whom they are about; what is kept under them does, and decides what tokens say. The cache is to
 *   be guarded as the store is.
 */
export interface ProfileCache {
  /**
   * What is kept under a name, if it counts. If not, the turn to read it anew: of all nodes that look at the same time one
   * gets it, and the others wait a little for what that one keeps.
   */
  look(name: string, wanted: Wanted): Promise<Look>
  /** Keeps a reading, unless a later one is kept, and ends the turn. Of somebody unknown it is kept for seconds only. */
  keep(name: string, reading: Reading, turn: string | null): Promise<void>
  /** Ends a turn that came to nothing, so that the next to look gets it. */
  giveUp(name: string, turn: string): Promise<void>
  /** Housekeeping after a change: a reading from before it counts for nobody any more. */
  forget(name: string): Promise<void>
}

/** What was read of a subject, and when. */
export interface Reading {
  /** Milliseconds on the store's clock, taken before the reading began. */
  readonly readAt: number
  /** The profile as JSON; null where the subject is unknown or may not be signed in. */
  readonly profile: string | null
}

/** Which reading counts. */
export interface Wanted {
  /** One that began at this instant or later. Milliseconds on the store's clock. */
  readonly notBefore: number
  /** The store's clock now: one that is dated long after it cannot be right. */
  readonly now: number
}

/** What a cache answers. */
export type Look =
  | { readonly outcome: 'found'; readonly reading: Reading }
  /** `turn` is handed back with `keep` or `giveUp`. */
  | { readonly outcome: 'yours'; readonly turn: string }
  /** Another node took too long to wait for. */
  | { readonly outcome: 'taken' }
