import type { SessionEnded } from '@sessionward/protocol'
import type { FlightTools } from '../flight.js'
import type { Refresher } from '../refresher.js'
import { interruptibleWait } from './interruptible-wait.js'
import { lead } from './leader.js'
import { openStream, type Stream } from './stream.js'
import { createStreamBackOff } from './stream-back-off.js'

/** Milliseconds. When a server stops, its browsers reconnect spread over this time, not all at once. */
const maxJitter = 3000

/**
 * Receives the end of the session from the auth server, over one event stream for the whole browser. It then ends the session
 * in every tab, as a refused refresh does.
 */
export function openLive(tools: FlightTools, refresher: Refresher, destroyed: AbortSignal): void {
  const { config, events, session, publish, lock } = tools
  const { environment } = config
  const { wake, wait } = interruptibleWait(environment)
  const backOff = createStreamBackOff(environment)
  let stream: Stream | undefined
  let sid: string | undefined
  /** The page became visible, and its stream had died. */
  let urgent = false

  /** Whether the stream belongs to the current session. */
  const isFollowed = () => session.isOpen() && session.tokens?.session.id === sid

  const end = async ({ sid, reason, replacedBy }: SessionEnded) => {
    const publishEnd = () =>
      publish({ reason, replacedBy }, (record) => record?.session?.sid === sid).catch(() =>
        // Without a vault, at least this tab ends it.
        session.tokens?.session.id === sid ? { reason, replacedBy, version: session.version + 1 } : undefined,
      )
    // Under the lock: a sign-in that is under way in this browser ends the previous session, and must win.
    const update = await lock(publishEnd, destroyed)
    if (update) refresher.receive(update)
  }
  /** Asks the auth server which session is current. @returns whether it answered. */
  const takeOver = async (signal: AbortSignal) => {
    try {
      await refresher.adopt(signal)
      return true
    } catch {
      return false
    }
  }
  const ended = async (event: SessionEnded) => {
    // The page's own sign-in has started a session, known only to the cookie jar.
    const isOwn = event.reason === 'session_replaced' && !event.replacedBy && config.backend.transport === 'cookie'
    if (isOwn && (await takeOver(destroyed))) return
    await end(event)
  }
  const followStream = async (signal: AbortSignal) => {
    const { tokens } = session
    if (!tokens || !session.isOpen() || !session.usable()) return await wait(Number.POSITIVE_INFINITY)
    sid = tokens.session.id
    let received = 0
    let over: SessionEnded | undefined
    stream = openStream(config, tokens.accessToken, {
      onAlive() {
        if (++received > 1) backOff.reset()
      },
      onEnded(event) {
        over = event
      },
    })
    const { close, closed } = stream
    signal.addEventListener('abort', close)
    const answer = await closed
    signal.removeEventListener('abort', close)
    stream = undefined
    if (over) await ended(over)
    else if (answer.verdict === 'terminal') await takeOver(signal)
    else if (answer.verdict === 'refresh') {
      tokens.refused = true
      if (environment.visible() || config.every !== undefined) await refresher.refresh()
    }
    // Also if the session goes on, or its end could not be published.
    backOff.fail(answer.retryAfter, urgent ? 0 : received > 1 ? Math.random() * maxJitter : undefined)
    urgent = false
    const isDue = () => signal.aborted || backOff.wait() <= 0 || !isFollowed()
    while (!isDue()) await wait(backOff.wait())
  }
  const onChange = () => {
    if (!isFollowed()) stream?.close()
    wake()
  }
  const onWake = () => {
    backOff.shorten()
    urgent = stream?.check() ?? false
    wake()
  }

  events.on('change', onChange)
  environment.onWake(onWake, destroyed)
  void lead(
    config,
    async (signal) => {
      signal.addEventListener('abort', wake)
      while (!signal.aborted) await followStream(signal)
    },
    destroyed,
  )
}
