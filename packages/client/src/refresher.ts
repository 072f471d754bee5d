import { createBackOff, errorOf, type RefreshError } from './back-off.js'
import type { Failure } from './backend/backend.js'
import { RefreshRefusedError, type SignOutReason } from './errors.js'
import { type FlightTools, runFlight } from './flight.js'
import type { SessionUpdate } from './session.js'
import type { Tokens } from './tokens.js'
import { readVault } from './vault/vault.js'

const longestTimer = 3_600_000

/** One flight at a time, when to try again, and the refresh ahead of expiry. */
export interface Refresher {
  /**
   * Joins the flight, or starts one. After a failure it fails at once until the next try.
   *
   * @returns undefined when the flight is over, even if the session has ended; the error if no answer decided it.
   */
  refresh(): Promise<RefreshError | undefined>
  /**
   * Takes over the session of the cookie jar. Joins no flight: one under way may have been sent before the new cookie was set.
   *
   * @throws RefreshUnavailableError, RefreshRefusedError
   */
  adopt(signal: AbortSignal): Promise<void>
  /** The page may have slept: reads what the other tabs have written, and runs a refresh that is due. */
  wake(): Promise<void>
  /** Applies an update, unless this tab has seen it or a newer one. `by`: as in {@link Session}. */
  receive(update: SessionUpdate, by?: 'another-tab'): void
  /** A server answered that the session of these tokens is over. Ignored unless they are the newest. */
  end(tokens: Tokens, reason: SignOutReason): Promise<void>
  /** The page is about to be frozen. */
  freeze(): void
  /** A refresh of another tab failed; the next try is due after so many milliseconds. */
  failed(failure: Failure, pause: number): void
  /** The session is decided: ends a flight that is under way, and resets the back-off. */
  settle(): void
}

interface Running {
  readonly over: AbortController
  /** Whether the auth server has been asked. */
  sent?: boolean
  result?: Promise<RefreshError | undefined>
}

export function createRefresher(tools: FlightTools): Refresher {
  const { config, session, vault, tabs, publish } = tools
  const { environment, backend } = config
  const backOff = createBackOff(environment)
  let current: Running | undefined
  let cancelTimer = () => {}

  const due = () => backOff.wait() || session.aheadIn(config.every)
  const mayRun = () => environment.page && (environment.visible() || config.every !== undefined) && session.isOpen()
  /** Runs the refresh that is due, or sets the timer for it. Requests do not depend on it. */
  const check = () => {
    if (mayRun() && due() <= 0) void start()
    else schedule()
  }
  const schedule = () => {
    cancelTimer()
    // At least half a second: a server whose tokens expire at once would otherwise be asked in a loop.
    if (mayRun()) cancelTimer = environment.after(Math.min(Math.max(due(), 500), longestTimer), check)
  }
  /** No request joins an aborted flight, which may take a while to end. */
  const giveUp = () => {
    current?.over.abort()
    current = undefined
    schedule()
  }
  /** Ends the flight with a failure, also for the requests that wait for it. @returns milliseconds until the next try. */
  const fail = (failure: Failure, chosen?: number) => {
    const before = backOff.error()
    const pause = backOff.fail(failure, chosen)
    const error = backOff.error()!
    if (error instanceof RefreshRefusedError) session.refused(error, before?.name !== error.name)
    else session.unavailable(error)
    giveUp()
    return pause
  }
  const settle = () => {
    backOff.reset()
    giveUp()
  }
  const receive: Refresher['receive'] = (update, by) => {
    if (update.version <= session.version) return
    session.take(update, by)
    settle()
  }
  const begin = (signal: AbortSignal, running: Partial<Running> = {}, adopt?: boolean) => {
    const onSent = () => {
      running.sent = true
    }
    return runFlight(tools, signal, onSent, adopt).catch((cause): Failure => ({ verdict: 'unsent', cause }))
  }
  const run = async (running: Running) => {
    const { signal } = running.over
    session.refreshing()
    const outcome = await begin(signal, running)
    // The code that aborted it has settled the session, or recorded a failure.
    if (signal.aborted) return backOff.error()
    if ('version' in outcome) {
      // Nothing newer has arrived meanwhile: that would have aborted the flight.
      session.take(outcome)
      settle()
    } else {
      const pause = fail(outcome)
      if (outcome.verdict !== 'unsent') tabs.shareFailure(outcome, pause)
    }
    return backOff.error()
  }
  const start = () => {
    if (!current) {
      current = { over: new AbortController() }
      current.result = run(current)
    }
    return current.result
  }

  return {
    async refresh() {
      return current || backOff.wait() <= 0 ? await start() : backOff.error()
    },
    async adopt(signal) {
      const outcome = await begin(signal, {}, true)
      if (!('version' in outcome)) throw errorOf(outcome, outcome.retryAfter ?? 0)
      receive(outcome)
    },
    async wake() {
      const record = await readVault(vault).catch(() => undefined)
      backOff.shorten()
      if (record && record.version > session.version) await start()
      else check()
    },
    freeze() {
      // The answer may arrive much later, with an outdated cookie. If the backend tolerates a lost answer, do not wait for it.
      if (current && backend.confirms) fail({ verdict: 'unsent', cause: new Error('The page was frozen.') })
    },
    failed(answer, pause) {
      // A request that is under way will get its own answer.
      if (session.isOpen() && !session.isFresh() && !current?.sent) fail(answer, pause)
    },
    receive,
    async end({ jti }, reason) {
      const update = await publish({ reason }, (record) => record?.session?.jti === jti).catch(() => undefined)
      if (update) receive(update)
    },
    settle,
  }
}
