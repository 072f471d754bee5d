import type { Relay } from '../../store/store.js'

/** What nodes share in addition to the store: the option `cache`. */
export interface Cache {
  /** The cached profiles. */
  readonly profiles: ProfileCache
  /** Announces revocations between nodes. Used if the store has no relay of its own. */
  readonly relay?: Relay
  /** Closes the connections that the cache opened itself. A client that was passed in stays open. */
  close(): Promise<void>
}

/**
 * The port to a cache of profiles that nodes share.
 *
 * Correctness does not depend on it. Each session records in the store since when a profile of its subject is valid
 * (`profileFrom`), so that an entry which was not deleted, reappeared or was written late is ignored. An implementation:
 * - **Fails fast.** A call rejects within a fraction of a second if the cache does not answer, and immediately after repeated
 *   failures. The caller then reads the directory.
 * - **Ignores foreign content.** A value that it did not write in this form counts as missing.
 * - **Stores personal data.** Keys do not reveal the subject, but values do, and they decide what tokens contain. Protect the cache
 *   like the store.
 */
export interface ProfileCache {
  /**
   * Returns the entry if it meets the requirement. Otherwise one of the concurrent callers, on all nodes, gets the lock for reading
   * the directory, and the others wait a little for its result.
   */
  get(key: string, requirement: CacheRequirement): Promise<CacheLookup>
  /** Stores a profile, unless a later one is stored, and releases the lock. An unknown subject is stored for seconds only. */
  set(key: string, entry: CachedProfile, lock: string | null): Promise<void>
  /** Releases the lock without a result, so that the next caller gets it. */
  unlock(key: string, lock: string): Promise<void>
  /** Deletes an entry after a change. It may fail, because the requirements of all sessions exclude the entry already. */
  delete(key: string): Promise<void>
}

/** A profile, and when it was read. */
export interface CachedProfile {
  /** Time on the store's clock before the read, in milliseconds. */
  readonly readAt: number
  /** The profile as JSON; null if the subject is unknown or may not be signed in. */
  readonly profile: string | null
}

/** Which entries are valid. */
export interface CacheRequirement {
  /** Earliest valid `readAt`, in milliseconds on the store's clock. */
  readonly notBefore: number
  /** Current time on the store's clock. An entry that is dated long after it is invalid. */
  readonly now: number
}

/** The result of `ProfileCache.get`. */
export type CacheLookup =
  | { readonly outcome: 'found'; readonly entry: CachedProfile }
  /** The caller reads the directory, and passes `lock` to `set` or `unlock`. */
  | { readonly outcome: 'locked'; readonly lock: string }
  /** Another node holds the lock, and did not finish in time. */
  | { readonly outcome: 'busy' }
