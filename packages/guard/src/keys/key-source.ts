import { unavailable } from '../challenge.js'
import { describeFailure } from '../failure.js'
import { andThen, type MaybePromise } from '../maybe-promise.js'
import type { KeySet, VerificationKey } from './key-set.js'

/** How often a key set may be loaded, in seconds. */
export interface ReloadIntervals {
  /** Minimum time between two loads because of an unknown `kid`. */
  readonly cooldown: number
  /** Age after which a set is reloaded, so that withdrawn keys are no longer accepted. */
  readonly maxAge: number
}

const maxRetryDelay = 30
/** Seconds after which a set that could not be reloaded is no longer trusted. */
const maxStaleAge = 86_400

/** The keys of a guard, for the operator. */
export interface KeyFigures {
  /** Keys that verify tokens now. */
  readonly count: number
  /** Seconds since they were read; null before the first time. */
  readonly ageSeconds: number | null
  /** Why the latest attempt to read them failed. Absent once one succeeds. */
  readonly failure?: string
}

/** Called after each load: why it failed, or undefined if it succeeded. */
export type OnLoad = (failure: string | undefined) => void

/**
 * Loads a key set and keeps it fresh. The `kid` of a token is unverified, so all unknown ones together cause at most one load
 * in each cooldown. Unknown ones are not cached, because the response may have come from a proxy cache or from a node that
 * does not have the new key yet.
 */
export class KeySource {
  readonly #load: (previous: KeySet | undefined) => Promise<KeySet>
  readonly #intervals: ReloadIntervals
  readonly #now: () => number
  readonly #onLoad: OnLoad
  #set: KeySet | undefined
  #loadedAt = 0
  #loading: Promise<void> | undefined
  #failures = 0
  #failedAt = 0
  #failure: unknown

  /** @param now milliseconds */
  constructor(
    load: (previous: KeySet | undefined) => Promise<KeySet>,
    intervals: ReloadIntervals,
    now: () => number,
    onLoad: OnLoad,
  ) {
    this.#load = load
    this.#intervals = intervals
    this.#now = now
    this.#onLoad = onLoad
  }

  /** Why the latest load failed; undefined where it succeeded, or nothing was loaded yet. */
  get failure(): string | undefined {
    return this.#failures === 0 ? undefined : describeFailure(this.#failure)
  }

  figures(): KeyFigures {
    const { failure } = this
    return {
      count: this.#set?.size ?? 0,
      ageSeconds: this.#set ? Math.max(0, this.#now() - this.#loadedAt) / 1000 : null,
      ...(failure === undefined ? {} : { failure }),
    }
  }

  /**
   * The keys trusted now. After `maxAge` the set is reloaded in the background; after twice that, the request waits for it, so
   * that a guard that was idle does not accept withdrawn keys.
   *
   * @throws GuardError `service_unavailable` if no keys could be loaded
   */
  current(): MaybePromise<KeySet> {
    const age = this.#since(this.#loadedAt)
    const maxAge = this.#intervals.maxAge * 1000
    if (!this.#set || age >= 2 * maxAge) return this.#reloaded()
    if (age >= maxAge && this.#mayRetry()) void this.#reload()
    return this.#set
  }

  /** The key for a token, or undefined if the source has none for it. */
  find(kid: string | undefined): MaybePromise<VerificationKey | undefined> {
    return andThen(this.current(), (set) => {
      const key = set.find(kid)
      return key || kid === undefined ? key : this.#findReloaded(kid)
    })
  }

  async #findReloaded(kid: string): Promise<VerificationKey | undefined> {
    if (!this.#loading && !this.#elapsed(this.#loadedAt, this.#intervals.cooldown)) return undefined
    if (this.#mayRetry()) await this.#reload()
    // The key may exist, but the source cannot be read.
    if (this.#failures > 0) throw unavailable('The signing keys currently cannot be read.', this.#failure)
    return this.#set?.find(kid)
  }

  async #reloaded(): Promise<KeySet> {
    if (this.#mayRetry()) await this.#reload()
    if (!this.#set || this.#elapsed(this.#loadedAt, maxStaleAge)) {
      throw unavailable('The signing keys currently cannot be read.', this.#failure)
    }
    return this.#set
  }

  /** After a failure: 1 s, doubling to 30 s. */
  #mayRetry(): boolean {
    return this.#failures === 0 || this.#elapsed(this.#failedAt, Math.min(maxRetryDelay, 2 ** (this.#failures - 1)))
  }

  /** Concurrent callers share one load. Never rejects. */
  #reload(): Promise<void> {
    this.#loading ??= this.#loadOnce().finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  async #loadOnce(): Promise<void> {
    try {
      this.#set = await this.#load(this.#set)
      this.#loadedAt = this.#now()
      this.#failures = 0
    } catch (failure) {
      this.#failures++
      this.#failedAt = this.#now()
      this.#failure = failure
    }
    this.#onLoad(this.failure)
  }

  #elapsed(since: number, seconds: number): boolean {
    return this.#since(since) >= seconds * 1000
  }

  /** Milliseconds since an instant. Infinite once the clock was set back: nothing would be reloaded until it catches up. */
  #since(instant: number): number {
    const elapsed = this.#now() - instant
    return elapsed < 0 ? Number.POSITIVE_INFINITY : elapsed
  }
}
