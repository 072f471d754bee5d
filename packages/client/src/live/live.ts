import type { SessionEnded } from '@sessionward/protocol'
import type { FlightTools } from '../flight.js'
import type { Refresher } from '../refresher.js'
import { bell } from './bell.js'
import { lead } from './leader.js'
import { createPause } from './pause.js'
import { openStream, type Stream } from './stream.js'

/** After a stream that worked, its server has probably been stopped: not all browsers come to the next at one moment. */
const spread = 3000

/**
 * Hears from the auth server that the session has ended, over one event stream for the whole browser. What it hears ends the
 * session as a refused refresh does, in every tab.
 */
export function openLive(tools: FlightTools, refresher: Refresher, destroyed: AbortSignal): void {
  const { config, events, session, publish, lock } = tools
  const { environment } = config
  const { ring, rest } = bell(environment)
  const pause = createPause(environment)
  let stream: Stream | undefined
  let sid: string | undefined
  /** Somebody looks at the page, and its stream was dead. */
  let urgent = false

  /** Whether the session is the one of the stream. */
  const isFollowed = () => session.isOpen() && session.tokens?.session.id === sid

  const end = async ({ sid, reason, replacedBy }: SessionEnded) => {
    const publishEnd = () =>
      publish({ reason, replacedBy }, (record) => record?.session?.sid === sid).catch(() =>
        // Without a vault, this tab at least.
        session.tokens?.session.id === sid ? { reason, replacedBy, version: session.version + 1 } : undefined,
      )
    // In turn: a sign-in that is under way in this browser ends the session before, and has the last word.
    const update = await lock(publishEnd, destroyed)
    if (update) refresher.receive(update, 'this-tab')
  }
  /** What the auth server says now. @returns whether there was an answer. */
  const takeOver = async (signal: AbortSignal) => {
    try {
      await refresher.adopt(signal)
      return true
    } catch {
      return false
    }
  }
  const ended = async (event: SessionEnded) => {
    // The page's own sign-in has started a session that only the cookie jar knows.
    const isOwn = event.reason === 'session_replaced' && !event.replacedBy && config.backend.transport === 'cookie'
    if (isOwn && (await takeOver(destroyed))) return
    await end(event)
  }
  const follow = async (signal: AbortSignal) => {
    const { tokens } = session
    if (!tokens || !session.isOpen() || !session.usable()) return await rest(Number.POSITIVE_INFINITY)
    sid = tokens.session.id
    let heard = 0
    let over: SessionEnded | undefined
    stream = openStream(config, tokens.accessToken, {
      onAlive() {
        if (++heard > 1) pause.reset()
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
      if (environment.visible() || config.beat !== undefined) await refresher.refresh('refused')
    }
    // A session that goes on, and one whose end could not be told, alike.
    pause.fail(answer.retryAfter, urgent ? 0 : heard > 1 ? Math.random() * spread : undefined)
    urgent = false
    const isDue = () => signal.aborted || pause.left() <= 0 || !isFollowed()
    while (!isDue()) await rest(pause.left())
  }
  const onChange = () => {
    if (!isFollowed()) stream?.close()
    ring()
  }
  const onWake = () => {
    pause.hurry()
    urgent = stream?.check() ?? false
    ring()
  }

  events.on('change', onChange)
  environment.onWake(onWake, destroyed)
  void lead(
    config,
    async (signal) => {
      signal.addEventListener('abort', ring)
      while (!signal.aborted) await follow(signal)
    },
    destroyed,
  )
}
