import { unavailable } from '../challenge.js'
import type { KeySet, VerificationKey } from './key-set.js'

/** How often a source of keys may be asked. Seconds. */
export interface Pace {
  /** Between two loads for the sake of an unknown `kid`. */
  readonly coolDown: number
  /** After which a set is read again, so that a key that was withdrawn is forgotten. */
  readonly maxAge: number
}

const longestPause = 30
/** A set that could not be read again for this long is not trusted any more, in seconds. */
const tooOld = 86_400
const unknownKept = 1000
const unknownFor = 300

/**
 * Keeps a key set fresh without letting callers make it load: a token's `kid` is anybody's word, so an unknown one loads
 * at most once in a cool-down, together with all others, and is remembered as unknown.
 */
export class KeySource {
  readonly #load: (previous: KeySet | undefined) => Promise<KeySet>
  readonly #pace: Pace
  readonly #now: () => number
  readonly #unknown = new Map<string, number>()
  #set: KeySet | undefined
  #loadedAt = 0
  #loading: Promise<void> | undefined
  #failures = 0
  #failedAt = 0
  #failure: unknown

  /** @param now milliseconds */
  constructor(load: (previous: KeySet | undefined) => Promise<KeySet>, pace: Pace, now: () => number) {
    this.#load = load
    this.#pace = pace
    this.#now = now
  }

  /** Why the latest load failed, in a sentence. */
  get reason(): string {
    return this.#failure instanceof Error ? this.#failure.message : 'cannot be read'
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
    if (key || kid === undefined || this.#isKnownUnknown(kid)) return key
    if (!this.#loading && !this.#elapsed(this.#loadedAt, this.#pace.coolDown)) return undefined
    if (this.#mayRetry()) await this.#reload()
    // The source may well know the key; only it cannot be asked.
    if (this.#failures > 0) throw unavailable('The signing keys cannot be read just now.', this.#failure)
    const found = this.#set?.find(kid)
    if (!found) this.#rememberUnknown(kid)
    return found
  }

  async #renewed(): Promise<KeySet> {
    if (this.#mayRetry()) await this.#reload()
    if (!this.#set || this.#elapsed(this.#loadedAt, tooOld)) {
      throw unavailable('The signing keys cannot be read just now.', this.#failure)
    }
    return this.#set
  }

  /** After a failure: 1 s, doubling to 30 s. */
  #mayRetry(): boolean {
    return this.#failures === 0 || this.#elapsed(this.#failedAt, Math.min(longestPause, 2 ** (this.#failures - 1)))
  }

  /** One flight, however many ask. Never rejects. */
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
  }

  #isKnownUnknown(kid: string): boolean {
    const since = this.#unknown.get(kid)
    return since !== undefined && !this.#elapsed(since, unknownFor)
  }

  #rememberUnknown(kid: string): void {
    this.#unknown.delete(kid)
    if (this.#unknown.size >= unknownKept) this.#unknown.delete(this.#unknown.keys().next().value!)
    this.#unknown.set(kid, this.#now())
  }

  /** A clock that was set back counts as elapsed: otherwise it would stand still until it has caught up. */
  #elapsed(since: number, seconds: number): boolean {
    const elapsed = this.#now() - since
    return elapsed < 0 || elapsed >= seconds * 1000
  }
}
