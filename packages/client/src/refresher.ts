import type { FlightPhase, FlightReason } from './activity.js'
import { RefreshUnavailableError } from './errors.js'
import { type Flight, type FlightTools, fly, generationOf, type Landing, readVault } from './flight.js'
import type { Session } from './session.js'

const longestTimer = 3_600_000
const longestBackoff = 30_000

/** One flight at a time, when to try again, and the warm-up ahead of expiry. */
export interface Refresher {
  /**
   * Joins the flight, or starts one. While the auth server is known to be away it fails at once, until the next try.
   *
   * @returns nothing when it is over, whatever became of the session; the error if the auth server was out of reach.
   */
  refresh(why: FlightReason): Promise<RefreshUnavailableError | undefined>
  /** The page may have slept: catch up with the other tabs, and try what was due meanwhile. */
  wake(): Promise<void>
  /** Tokens came from elsewhere: a flight that still waits is not needed. */
  settle(): void
  /** Ends the flight, whatever it is at. */
  stop(): void
}

/** @param ended what the end of the session means for this tab. */
export function createRefresher(
  tools: FlightTools,
  session: Session,
  ended: (reason: string, asked: boolean, version: number | undefined) => void,
): Refresher {
  const { environment } = tools.config
  const now = environment.monotonic
  let flying: Promise<RefreshUnavailableError | undefined> | undefined
  let flight: Flight | undefined
  let abort = new AbortController()
  let count = 0
  let failures = 0
  let notBefore = 0
  let nextTry = 0
  let lastError: RefreshUnavailableError | undefined
  let cancelTimer = () => {}

  const due = () => (lastError ? nextTry - now() : session.aheadIn())
  const warm = () =>
    !!environment.page && environment.visible() && session.state !== 'anonymous' && session.state !== 'reauth'
  const recover = () => {
    failures = 0
    lastError = undefined
  }
  const fail = (cause: unknown, retryAfter: number) => {
    const asked = Math.min(retryAfter * 1000, longestTimer)
    const jitter = 0.8 + environment.random() * 0.4
    const wait = Math.max(asked, Math.min(longestBackoff, 1000 * 2 ** failures++) * jitter)
    notBefore = now() + asked
    nextTry = now() + wait
    lastError = new RefreshUnavailableError(cause, wait / 1000)
    session.unavailable(lastError)
    return lastError
  }
  /** Sets the timer for what will be due: the refresh ahead, or the next try. It only warms up. */
  const tick = () => {
    cancelTimer()
    if (!warm()) return
    // At least half a second: a server that gives tokens of no lifetime is not asked in a circle.
    cancelTimer = environment.after(Math.min(Math.max(due(), 500), longestTimer), () =>
      warm() && due() <= 0 ? void start('ahead') : tick(),
    )
  }
  const start = (why: FlightReason) => {
    if (flying) return flying
    const own = run(why).finally(() => {
      if (flying === own) flying = undefined
      tick()
    })
    flying = own
    return own
  }
  /** Nobody joins a flight that was given up: it may take a while to notice. */
  const giveUp = () => {
    flying = undefined
    abort.abort()
  }
  const run = async (why: FlightReason) => {
    abort = new AbortController()
    const { signal } = abort
    const own: Flight = { number: ++count, why, signal, held: session.tokens, waiting: true }
    flight = own
    const note = (phase: FlightPhase, more?: object) =>
      tools.events.activity({ type: 'flight', phase, flight: own.number, why, ...more })
    note('started')
    session.refreshing()
    const landing: Landing | undefined = await fly(tools, own).catch((cause) => ({ cause, retryAfter: 0 }))
    own.waiting = false
    // Aborted: whoever did it has settled the session already.
    if (!signal.aborted) {
      if (session.state === 'unknown' && !('tokens' in landing)) session.owner = own.owner
      const good = tools.latest()
      const arrived = good && good.tokens !== own.held
      // A tab that slept hears of its timeout after it has heard of the others' tokens.
      if ('cause' in landing && !arrived) {
        note('failed')
        return fail(landing.cause, landing.retryAfter)
      }
      recover()
      if ('reason' in landing) ended(landing.reason, landing.asked, landing.version)
      else if ('tokens' in landing && landing.tokens !== session.tokens) {
        session.adopt(landing.tokens, landing.version, landing.by)
      }
    }
    const adopted = signal.aborted || ('by' in landing && landing.by === 'another-tab')
    if (adopted && session.tokens) note('adopted', generationOf(session.tokens))
    note('ended')
    return undefined
  }

  return {
    refresh(why) {
      const left = nextTry - now()
      if (flying || !lastError || left <= 0) return start(why)
      return Promise.resolve(new RefreshUnavailableError(lastError.cause, left / 1000))
    },
    async wake() {
      const record = await readVault(tools.vault)
      const moved = record && record.version > session.version
      const allowed = lastError ? now() >= notBefore : due() <= 0
      if (moved || (allowed && warm())) await start('ahead')
      else tick()
    },
    settle() {
      recover()
      if (flight?.waiting) giveUp()
      tick()
    },
    stop() {
      recover()
      giveUp()
      cancelTimer()
    },
  }
}
