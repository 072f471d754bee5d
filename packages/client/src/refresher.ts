import type { FlightReason } from './activity.js'
import type { BackendAnswer } from './backend/backend.js'
import { RefreshRefusedError, RefreshUnavailableError, type SignOutReason } from './errors.js'
import { type Flight, type FlightTools, runFlight } from './flight.js'
import type { SessionUpdate } from './session.js'
import type { Tokens } from './tokens.js'
import { readVault } from './vault/vault.js'

const longestTimer = 3_600_000
/** In its first half minute an outage is most likely a restart, and people look at the page. */
const shortOutage = 30_000
const longestBackoff = { atFirst: 4000, later: 30_000 }

export type RefreshError = RefreshUnavailableError | RefreshRefusedError

/** One flight at a time, when to try again, and the refresh ahead of expiry. */
export interface Refresher {
  /**
   * Joins the flight, or starts one. After a failure it fails at once until the next try.
   *
   * @returns nothing when it is over, whatever became of the session; the error if there is no answer to say so.
   */
  refresh(why: FlightReason): Promise<RefreshError | undefined>
  /**
   * Takes over what the cookie jar holds. Joins no flight: one under way may have left before the new cookie came.
   *
   * @throws RefreshUnavailableError, RefreshRefusedError
   */
  adopt(signal: AbortSignal): Promise<void>
  /** The page may have slept: catch up with the other tabs, and try what was due meanwhile. */
  wake(): Promise<void>
  /** Takes what became of the session, unless that or something newer is known. */
  receive(update: SessionUpdate, by: 'this-tab' | 'another-tab'): void
  /** A server has said of the newest access token that its session is over. Of an earlier token, that changes nothing. */
  end(tokens: Tokens, reason: SignOutReason): Promise<void>
  /** The session has been settled: a flight that is under way is not needed. */
  settle(): void
}

export function createRefresher(tools: FlightTools): Refresher {
  const { config, events, session, vault, publish } = tools
  const { environment } = config
  const now = environment.monotonic
  let current: Promise<RefreshError | undefined> | undefined
  let abort = new AbortController()
  let count = 0
  let failures = 0
  let lastError: RefreshError | undefined
  let failingSince = 0
  /** When the auth server may be asked again after a failure, and when it will be. */
  let notBefore = 0
  let nextTry = 0
  let cancelTimer = () => {}

  const due = () => (lastError ? nextTry - now() : session.aheadIn())
  const mayRun = () => environment.page && environment.visible() && !/anonymous|reauth/.test(session.state)
  /** Does what is due, or sets the timer for it: the refresh ahead, or the next try. Requests do not depend on it. */
  const check = () => {
    cancelTimer()
    if (!mayRun()) return
    if (due() <= 0) void start('ahead')
    else schedule()
  }
  const schedule = () => {
    cancelTimer()
    // At least half a second: a server that gives tokens of no lifetime is not asked in a circle.
    if (mayRun()) cancelTimer = environment.after(Math.min(Math.max(due(), 500), longestTimer), check)
  }
  const fail = (answer: BackendAnswer) => {
    if (!lastError) failingSince = now()
    const asked = Math.min((answer.retryAfter ?? 0) * 1000, longestTimer)
    const cap = now() - failingSince < shortOutage ? longestBackoff.atFirst : longestBackoff.later
    const delay = Math.max(asked, Math.min(cap, 1000 * 2 ** failures++) * (0.7 + Math.random() * 0.3))
    notBefore = now() + asked
    nextTry = now() + delay
    const error = errorOf(answer, delay / 1000)
    if (error instanceof RefreshUnavailableError) session.unavailable(error)
    else session.refused(error, lastError?.name !== error.name)
    lastError = error
    return error
  }
  const settle = () => {
    failures = 0
    lastError = undefined
    // Nobody joins a flight that was given up: it may take a while to notice.
    current = undefined
    abort.abort()
    schedule()
  }
  const receive: Refresher['receive'] = (update, by) => {
    if (update.version <= session.version) return
    session.take(update, by)
    settle()
  }
  const begin = (why: FlightReason, flight: Omit<Flight, 'note' | 'held'>) => {
    const id = ++count
    const note: Flight['note'] = (phase, more) => events.activity({ type: 'flight', phase, flight: id, why, ...more })
    note('started')
    const result = runFlight(tools, { ...flight, held: session.tokens, note }).catch(
      (cause): BackendAnswer => ({ cause }),
    )
    return { note, result }
  }
  const run = async (why: FlightReason) => {
    abort = new AbortController()
    const { signal } = abort
    session.refreshing()
    const { note, result } = begin(why, { signal })
    const outcome = await result
    let error: RefreshError | undefined
    if (signal.aborted) {
      // The caller that aborted it has already settled the session.
      if (session.usable()) note('adopted', { generation: session.tokens?.session.generation })
    } else if ('version' in outcome) {
      // Nothing newer has been received meanwhile, or the flight would have been given up.
      session.take(outcome, 'this-tab')
      settle()
    } else {
      current = undefined
      error = fail(outcome)
    }
    note(error ? 'failed' : 'ended')
    schedule()
    return error
  }
  const start = (why: FlightReason) => {
    current ??= run(why)
    return current
  }

  return {
    async refresh(why) {
      const left = nextTry - now()
      if (current || !lastError || left <= 0) return await start(why)
      return lastError instanceof RefreshRefusedError
        ? lastError
        : new RefreshUnavailableError(lastError.cause, left / 1000)
    },
    async adopt(signal) {
      const { note, result } = begin('asked', { signal, adopt: true })
      const outcome = await result
      const failed = !('version' in outcome)
      note(failed ? 'failed' : 'ended')
      if (failed) throw errorOf(outcome, outcome.retryAfter ?? 0)
      receive(outcome, 'this-tab')
    },
    async wake() {
      const { version = 0 } = (await readVault(vault)) ?? {}
      nextTry = notBefore
      if (version > session.version) await start('ahead')
      else check()
    },
    receive,
    async end({ jti }, reason) {
      const update = await publish({ reason }, (record) => record?.session?.jti === jti)
      if (update) receive(update, 'this-tab')
    },
    settle,
  }
}

function errorOf({ verdict, code, cause }: BackendAnswer, retryAfter: number): RefreshError {
  return verdict === 'fix' ? new RefreshRefusedError(code!, cause) : new RefreshUnavailableError(cause, retryAfter)
}
