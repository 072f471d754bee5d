import type { ClientConfig } from '../config.js'
import { bell } from './bell.js'
import { leaseSeat, lockSeat, type Silence } from './seat.js'

/** `beat`: the tab `from` leads. `ask`: does any? `left`: it leads no more. */
interface Message {
  readonly type: 'beat' | 'ask' | 'left'
  readonly from: string
}

/** Milliseconds. A Web Lock is free as soon as its tab has gone; of a lease only silence tells. */
const beats = { lock: 10_000, lease: 1000 }
/** Milliseconds that a leader has to answer: its messages are not delayed as the timers of hidden tabs are. */
const answerTime = 1000

/**
 * Runs the task in one tab of the browser, until its signal comes. Where the others have heard nothing of that tab for two
 * beats and it does not answer either, because it is frozen, another takes over. Where no tab can be sure to be the only
 * one, none runs the task. A page that hides for good or is frozen gives up its place.
 */
export async function lead(
  { environment, name }: ClientConfig,
  task: (signal: AbortSignal) => Promise<void>,
  destroyed: AbortSignal,
): Promise<void> {
  const { locks, monotonic, after } = environment
  const seatName = `${name} live`
  const beat = locks ? beats.lock : beats.lease
  const own = `${Math.random()}`
  const channel = environment.openChannel(seatName)
  // Without locks, tabs that do not hear each other would all lead.
  if (!locks && !channel) return
  const post = (type: Message['type']) => channel?.postMessage({ type, from: own } satisfies Message)
  const { ring, rest } = bell(environment)
  /** When the leader was last heard. A lock that is held may be one of a tab that loads; a lease may be a dead tab's. */
  let heardAt = locks ? monotonic() : Number.NEGATIVE_INFINITY
  let leading = false
  let rivalBeats = 0
  let asleep = false
  let turn = new AbortController()

  /** Another leads too: one was frozen while its lease was taken away, or each has a vault of its own. */
  const yieldTo = async (other: string) => {
    const isOwn = await lease.isOwn().catch(() => false)
    if (!isOwn || (++rivalBeats > 3 && other > own)) turn.abort()
  }
  if (channel) {
    channel.onmessage = ({ data }) => {
      const { type, from } = data as Message
      if (type === 'ask') return leading && post('beat')
      if (type === 'beat' && leading && !locks) void yieldTo(from)
      heardAt = type === 'beat' ? monotonic() : Number.NEGATIVE_INFINITY
      ring()
    }
  }
  const isLed = async () => {
    const asked = monotonic()
    post('ask')
    const deadline = asked + answerTime * (0.5 + Math.random() / 2)
    while (heardAt < asked && monotonic() < deadline) await rest(deadline - monotonic())
    return heardAt >= asked
  }
  const silence: Silence = async (signal) => {
    while (!signal.aborted) {
      const left = channel ? heardAt + 2 * beat - monotonic() : Number.POSITIVE_INFINITY
      if (left <= 0 && !(await isLed())) return !signal.aborted
      await rest(Math.max(0, Math.min(left, 2 * beat)))
    }
    return false
  }
  const lease = leaseSeat(environment, seatName, own, silence)
  const takeSeat = locks ? lockSeat(locks, seatName, silence) : lease.take

  const run = async () => {
    const release = await takeSeat(turn)
    leading = true
    rivalBeats = 0
    let cancel = () => {}
    const sendBeats = () => {
      post('beat')
      cancel = after(beat, sendBeats)
    }
    sendBeats()
    try {
      await task(turn.signal)
    } finally {
      leading = false
      cancel()
      release()
      post('left')
    }
  }
  const stop = () => {
    turn.abort()
    ring()
  }
  environment.onHide(() => {
    asleep = true
    // At once, since a page that goes has no time for more.
    if (leading) post('left')
    stop()
  }, destroyed)
  environment.onWake(() => {
    asleep = false
    ring()
  }, destroyed)
  destroyed.addEventListener('abort', stop)
  while (!destroyed.aborted) {
    turn = new AbortController()
    if (!asleep) await run().catch(() => {})
    // A vault that fails is tried again later.
    await rest(asleep ? Number.POSITIVE_INFINITY : beat)
  }
  channel?.close()
}
