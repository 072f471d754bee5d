import { unavailable } from '../challenge.js'
import { describeFailure } from '../failure.js'
import type { KeySet, VerificationKey } from './key-set.js'

/** How often a source of keys may be read. Seconds. */
export interface Pace {
  /** Between two loads for the sake of an unknown `kid`. */
  readonly coolDown: number
  /** After which a set is read again, so that a key that was withdrawn is forgotten. */
  readonly maxAge: number
}

const longestPause = 30
/** A set that could not be read again for this long is not trusted any more, in seconds. */
const tooOld = 86_400

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
export type Report = (failure: string | undefined) => void

/**
 * Keeps a key set fresh without letting callers make it load: a token's `kid` is unverified, so unknown ones together load
 * at most once in a cool-down. None is remembered as unknown: what answered may have been a cache in between, or a node
 * that does not have the new key yet.
 */
export class KeySource {
  readonly #load: (previous: KeySet | undefined) => Promise<KeySet>
  readonly #pace: Pace
  readonly #now: () => number
  readonly #report: Report
  #set: KeySet | undefined
  #loadedAt = 0
  #loading: Promise<void> | undefined
  #failures = 0
  #failedAt = 0
  #failure: unknown

  /** @param now milliseconds */
  constructor(load: (previous: KeySet | undefined) => Promise<KeySet>, pace: Pace, now: () => number, report: Report) {
    this.#load = load
    this.#pace = pace
    this.#now = now
    this.#report = report
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
   * The keys trusted now. A set past its age is read again beside the request; past twice its age the request waits, so
   * that a guard that was idle for long does not trust what was withdrawn meanwhile.
   *
   * @throws GuardError `service_unavailable` where there are none: nobody's token is wrong because of that
   */
  current(): KeySet | Promise<KeySet> {
    if (!this.#set || this.#elapsed(this.#loadedAt, 2 * this.#pace.maxAge)) return this.#renewed()
    if (this.#elapsed(this.#loadedAt, this.#pace.maxAge) && this.#mayRetry()) void this.#reload()
    return this.#set
  }

  /** The key that a token means, or nothing where the source has none for it. */
  async find(kid: string | undefined): Promise<VerificationKey | undefined> {
    const key = (await this.current()).find(kid)
    if (key || kid === undefined) return key
    if (!this.#loading && !this.#elapsed(this.#loadedAt, this.#pace.coolDown)) return undefined
    if (this.#mayRetry()) await this.#reload()
    // The source may have the key, but it cannot be read.
    if (this.#failures > 0) throw unavailable('The signing keys currently cannot be read.', this.#failure)
    return this.#set?.find(kid)
  }

  async #renewed(): Promise<KeySet> {
    if (this.#mayRetry()) await this.#reload()
    if (!this.#set || this.#elapsed(this.#loadedAt, tooOld)) {
      throw unavailable('The signing keys currently cannot be read.', this.#failure)
    }
    return this.#set
  }

  /** After a failure: 1 s, doubling to 30 s. */
  #mayRetry(): boolean {
    return this.#failures === 0 || this.#elapsed(this.#failedAt, Math.min(longestPause, 2 ** (this.#failures - 1)))
  }

  /** One load at a time, however many callers there are. Never rejects. */
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
    this.#report(this.failure)
  }

  /** A clock that was set back counts as elapsed: otherwise it would stand still until it has caught up. */
  #elapsed(since: number, seconds: number): boolean {
    const elapsed = this.#now() - since
    return elapsed < 0 || elapsed >= seconds * 1000
  }
}
