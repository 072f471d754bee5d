import type { FlightPhase, FlightReason } from './activity.js'
import { RefreshUnavailableError } from './errors.js'
import { type Flight, type FlightTools, fly, type Landing, lookAround, readVault } from './flight.js'
import type { Session } from './session.js'
import type { Lock } from './tabs/lock.js'

const longestTimer = 3_600_000
const longestBackoff = 30_000

/** One flight at a time, when to try again, and the warm-up ahead of expiry. */
export class Refresher {
  readonly #tools: FlightTools
  readonly #session: Session
  readonly #lock: Lock
  /** What a terminal answer means for this tab. */
  readonly #ended: (landing: Landing & { outcome: 'ended' }) => void
  #flight: Promise<RefreshUnavailableError | undefined> | undefined
  #abort = new AbortController()
  #waiting = false
  #count = 0
  #failures = 0
  #notBefore = 0
  #nextTry = 0
  #lastError: RefreshUnavailableError | undefined
  #cancelTimer = () => {}

  constructor(
    tools: FlightTools,
    session: Session,
    lock: Lock,
    ended: (landing: Landing & { outcome: 'ended' }) => void,
  ) {
    this.#tools = tools
    this.#session = session
    this.#lock = lock
    this.#ended = ended
  }

  /**
   * Joins the flight, or starts one. While the auth server is known to be away it fails at once, until the next try.
   *
   * @returns nothing when it is over, whatever became of the session; the error if the auth server was out of reach.
   */
  refresh(why: FlightReason): Promise<RefreshUnavailableError | undefined> {
    if (!this.#flight && this.#lastError) {
      const left = this.#nextTry - this.#now()
      if (left > 0) return Promise.resolve(new RefreshUnavailableError(this.#lastError.cause, left / 1000))
    }
    return this.#fly(why)
  }

  /** The page may have slept: catch up with the other tabs, and try what was due meanwhile. */
  async wake(): Promise<void> {
    const record = await readVault(this.#tools.vault)
    const moved = record !== undefined && record.version > this.#session.version
    const allowed = this.#lastError ? this.#now() >= this.#notBefore : this.#due() <= 0
    if (moved || (allowed && this.#warm())) await this.#fly('ahead')
    else this.tick()
  }

  /** Sets the timer for what will be due: the refresh ahead, or the next try. It only warms up. */
  tick(): void {
    this.#cancelTimer()
    if (!this.#warm()) return
    // At least half a second: a server that gives tokens of no lifetime is not asked in a circle.
    const wait = Math.min(Math.max(this.#due(), 500), longestTimer)
    this.#cancelTimer = this.#tools.config.environment.after(wait, () => {
      if (this.#warm() && this.#due() <= 0) void this.#fly('ahead')
      else this.tick()
    })
  }

  #due(): number {
    return this.#lastError ? this.#nextTry - this.#now() : this.#session.aheadIn()
  }

  #warm(): boolean {
    const { page, visible } = this.#tools.config.environment
    const { state } = this.#session
    return page !== undefined && visible() && state !== 'anonymous' && state !== 'reauth'
  }

  /** Tokens came from another tab: a flight that still waits for the lock is not needed. */
  settle(): void {
    this.#recover()
    if (this.#waiting) this.#abort.abort()
    this.tick()
  }

  /** Ends the flight, whatever it is at. */
  stop(): void {
    this.#recover()
    this.#abort.abort()
    this.#cancelTimer()
  }

  #fly(why: FlightReason): Promise<RefreshUnavailableError | undefined> {
    this.#flight ??= this.#run(why).finally(() => {
      this.#flight = undefined
      this.tick()
    })
    return this.#flight
  }

  async #run(why: FlightReason): Promise<RefreshUnavailableError | undefined> {
    const number = ++this.#count
    const note = (phase: FlightPhase, more?: { readonly generation: number }) =>
      this.#tools.events.activity({ type: 'flight', phase, flight: number, why, ...more })
    this.#abort = new AbortController()
    const { signal } = this.#abort
    const held = this.#session.tokens
    const flight: Flight = { number, why, signal, held, known: held?.jti, owner: undefined }
    note('started')
    this.#session.refreshing()
    let landing: Landing | undefined
    this.#waiting = true
    try {
      if (!held) landing = await lookAround(this.#tools, flight)
      if (!landing) {
        note('waiting-for-lock')
        landing = await this.#lock.hold(() => {
          this.#waiting = false
          return fly(this.#tools, flight)
        }, signal)
      }
    } catch (cause) {
      // Aborted: whoever did it has settled the session already.
      if (!signal.aborted) landing = { outcome: 'unavailable', cause, retryAfter: 0 }
    }
    this.#waiting = false
    if (!landing || signal.aborted) {
      if (this.#session.tokens) note('adopted', { generation: this.#session.tokens.session.generation })
      note('ended')
      return undefined
    }
    if (landing.outcome !== 'tokens') this.#session.expect(flight.owner)
    if (landing.outcome === 'unavailable') {
      note('failed')
      return this.#fail(landing)
    }
    this.#recover()
    if (landing.outcome === 'tokens') {
      if (landing.by === 'another-tab') note('adopted', { generation: landing.tokens.session.generation })
      this.#session.adopt(landing.tokens, landing.version, landing.by)
    } else {
      this.#ended(landing)
    }
    note('ended')
    return undefined
  }

  #fail({ cause, retryAfter }: Landing & { outcome: 'unavailable' }): RefreshUnavailableError {
    const jitter = 0.8 + this.#tools.config.environment.random() * 0.4
    const asked = Math.min(retryAfter * 1000, longestTimer)
    const wait = Math.max(asked, Math.min(longestBackoff, 1000 * 2 ** this.#failures++) * jitter)
    this.#notBefore = this.#now() + asked
    this.#nextTry = this.#now() + wait
    this.#lastError = new RefreshUnavailableError(cause, wait / 1000)
    this.#session.unavailable(this.#lastError)
    return this.#lastError
  }

  #recover(): void {
    this.#failures = 0
    this.#lastError = undefined
  }

  #now(): number {
    return this.#tools.config.environment.monotonic()
  }
}
