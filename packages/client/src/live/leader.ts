import type { ClientConfig } from '../config.js'
import { interruptibleWait } from './interruptible-wait.js'
import { type AwaitSilence, leaseLeadership, lockLeadership } from './leadership.js'

/** `beat`: the tab `from` leads. `ask`: is there a leader? `left`: the tab `from` no longer leads. */
interface Message {
  readonly type: 'beat' | 'ask' | 'left'
  readonly from: string
}

/** Milliseconds. A Web Lock is free as soon as its tab has gone; a lease shows it only by the missing heartbeats. */
const heartbeats = { lock: 10_000, lease: 1000 }
/** Milliseconds that a leader has to answer: its messages are not delayed as the timers of hidden tabs are. */
const answerTime = 1000

/**
 * Runs the task in one tab of the browser, the leader, until its signal is aborted. Another tab takes over if the leader sends
 * nothing for two heartbeats and does not answer, because it is frozen. If no tab can be sure to be the only leader, none runs
 * the task. A page that closes or is frozen resigns.
 */
export async function lead(
  { environment, name }: ClientConfig,
  task: (signal: AbortSignal) => Promise<void>,
  destroyed: AbortSignal,
): Promise<void> {
  const { locks, monotonic, after } = environment
  const channelName = `${name} live`
  const interval = locks ? heartbeats.lock : heartbeats.lease
  const own = `${Math.random()}`
  const channel = environment.openChannel(channelName)
  // Without locks and messages, every tab would lead.
  if (!locks && !channel) return
  const post = (type: Message['type']) => channel?.postMessage({ type, from: own } satisfies Message)
  const { wake, wait } = interruptibleWait(environment)
  /** When the leader sent its last message. The holder of a lock may still be loading; a lease may belong to a closed tab. */
  let heardAt = locks ? monotonic() : Number.NEGATIVE_INFINITY
  let leading = false
  let rivalHeartbeats = 0
  let hidden = false
  let term = new AbortController()

  /** Two tabs lead: one was frozen while another took its lease, or each has its own vault. */
  const yieldTo = async (other: string) => {
    const isOwn = await lease.isOwn().catch(() => false)
    if (!isOwn || (++rivalHeartbeats > 3 && other > own)) term.abort()
  }
  if (channel) {
    channel.onmessage = ({ data }) => {
      const { type, from } = data as Message
      if (type === 'ask') return leading && post('beat')
      if (type === 'beat' && leading && !locks) void yieldTo(from)
      heardAt = type === 'beat' ? monotonic() : Number.NEGATIVE_INFINITY
      wake()
    }
  }
  const isLed = async () => {
    const asked = monotonic()
    post('ask')
    const deadline = asked + answerTime * (0.5 + Math.random() / 2)
    while (heardAt < asked && monotonic() < deadline) await wait(deadline - monotonic())
    return heardAt >= asked
  }
  const awaitSilence: AwaitSilence = async (signal) => {
    while (!signal.aborted) {
      const left = channel ? heardAt + 2 * interval - monotonic() : Number.POSITIVE_INFINITY
      if (left <= 0 && !(await isLed())) return !signal.aborted
      await wait(Math.max(0, Math.min(left, 2 * interval)))
    }
    return false
  }
  const lease = leaseLeadership(environment, channelName, own, awaitSilence)
  const acquire = locks ? lockLeadership(locks, channelName, awaitSilence) : lease.take

  const run = async () => {
    const release = await acquire(term)
    leading = true
    rivalHeartbeats = 0
    let cancel = () => {}
    const sendHeartbeats = () => {
      post('beat')
      cancel = after(interval, sendHeartbeats)
    }
    sendHeartbeats()
    try {
      await task(term.signal)
    } finally {
      leading = false
      cancel()
      release()
      post('left')
    }
  }
  const stop = () => {
    term.abort()
    wake()
  }
  environment.onHide(() => {
    hidden = true
    // At once: a page that closes has no time for more.
    if (leading) post('left')
    stop()
  }, destroyed)
  environment.onWake(() => {
    hidden = false
    wake()
  }, destroyed)
  destroyed.addEventListener('abort', stop)
  while (!destroyed.aborted) {
    term = new AbortController()
    if (!hidden) await run().catch(() => {})
    // If the vault fails, try again later.
    await wait(hidden ? Number.POSITIVE_INFINITY : interval)
  }
  channel?.close()
}
