import type { FlightReason } from './activity.js'
import type { AuthAnswer } from './auth-server.js'
import { RefreshUnavailableError } from './errors.js'
import { type Flight, type FlightTools, fly } from './flight.js'
import type { News } from './session.js'
import { readVault } from './vault/vault.js'

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
  /** Takes what became of the session, unless that or something newer is known. */
  hear(news: News, by: 'this-tab' | 'another-tab'): void
  /** The session has been settled: a flight that is under way is not needed. */
  settle(): void
}

export function createRefresher(tools: FlightTools): Refresher {
  const { config, events, session, vault } = tools
  const { environment } = config
  const now = environment.monotonic
  let flying: Promise<RefreshUnavailableError | undefined> | undefined
  let abort = new AbortController()
  let count = 0
  let failures = 0
  let lastError: RefreshUnavailableError | undefined
  /** When the auth server may be asked again after a failure, and when it will be. */
  let notBefore = 0
  let nextTry = 0
  let cancelTimer = () => {}

  const due = () => (lastError ? nextTry - now() : session.aheadIn())
  const warm = () => environment.page && environment.visible() && !/anonymous|reauth/.test(session.state)
  /** Does what is due, or sets the timer for it: the refresh ahead, or the next try. It only warms up. */
  const check = () => {
    cancelTimer()
    if (!warm()) return
    if (due() <= 0) void start('ahead')
    else wait()
  }
  const wait = () => {
    cancelTimer()
    // At least half a second: a server that gives tokens of no lifetime is not asked in a circle.
    if (warm()) cancelTimer = environment.after(Math.min(Math.max(due(), 500), longestTimer), check)
  }
  const fail = ({ cause, retryAfter = 0 }: AuthAnswer) => {
    const asked = Math.min(retryAfter * 1000, longestTimer)
    const jitter = 0.8 + Math.random() * 0.4
    const delay = Math.max(asked, Math.min(longestBackoff, 1000 * 2 ** failures++) * jitter)
    notBefore = now() + asked
    nextTry = now() + delay
    lastError = new RefreshUnavailableError(cause, delay / 1000)
    session.unavailable(lastError)
    return lastError
  }
  const settle = () => {
    failures = 0
    lastError = undefined
    // Nobody joins a flight that was given up: it may take a while to notice.
    flying = undefined
    abort.abort()
    wait()
  }
  const hear: Refresher['hear'] = (news, by) => {
    if (news.version <= session.version) return
    session.take(news, by)
    settle()
  }
  const run = async (why: FlightReason) => {
    abort = new AbortController()
    const { signal } = abort
    const flight = ++count
    const note: Flight['note'] = (phase, more) => events.activity({ type: 'flight', phase, flight, why, ...more })
    note('started')
    session.refreshing()
    const landing = await fly(tools, { signal, held: session.tokens, note }).catch((cause): AuthAnswer => ({ cause }))
    let error: RefreshUnavailableError | undefined
    if (signal.aborted) {
      // Whoever did it has settled the session already.
      if (session.usable()) note('adopted', { generation: session.tokens?.session.generation })
    } else if ('version' in landing) {
      // Nothing newer has been heard of meanwhile, or the flight would have been given up.
      session.take(landing, 'this-tab')
      settle()
    } else {
      flying = undefined
      error = fail(landing)
    }
    note(error ? 'failed' : 'ended')
    wait()
    return error
  }
  const start = (why: FlightReason) => {
    flying ??= run(why)
    return flying
  }

  return {
    async refresh(why) {
      const left = nextTry - now()
      if (flying || !lastError || left <= 0) return await start(why)
      return new RefreshUnavailableError(lastError.cause, left / 1000)
    },
    async wake() {
      const { version = 0 } = (await readVault(vault)) ?? {}
      nextTry = notBefore
      if (version > session.version) await start('ahead')
      else check()
    },
    hear,
    settle,
  }
}
