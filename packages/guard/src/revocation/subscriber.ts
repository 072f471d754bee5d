import {
  formatCursor,
  parseRevocationMessage,
  type RevocationCursor,
  type RevocationMessage,
  revocationHeartbeat,
} from '@sessionward/protocol'
import { readEvents } from './event-stream.js'
import { retryPause } from './retry-pause.js'
import type { RevocationSource } from './source.js'

export interface SubscriberOptions {
  readonly url: string
  /** What the auth server knows this guard by. Sent as Bearer, shown nowhere. */
  readonly credential: string
  readonly fetch: typeof globalThis.fetch
  /** Seconds between two messages at most; three without one are a dead connection. Default 5, as the feed promises. */
  readonly heartbeat?: number
  /** Seconds until the second try; each later one waits twice as long, 30 s at most. Default 1. */
  readonly firstPause?: number
}

type Receive = (message: RevocationMessage) => void

/** Reads the revocation feed as server-sent events, and connects again whenever that ends, for as long as it is wanted. */
export class Subscriber implements RevocationSource {
  readonly #options: SubscriberOptions
  #failure: string | undefined
  #warned = false

  constructor(options: SubscriberOptions) {
    this.#options = options
  }

  /** Why the feed is not being read just now, for the operator. */
  get failure(): string | undefined {
    return this.#failure
  }

  subscribe(receive: Receive, cursor?: RevocationCursor): () => void {
    const stop = new AbortController()
    void this.#read(receive, cursor, stop.signal)
    return () => stop.abort()
  }

  async #read(receive: Receive, cursor: RevocationCursor | undefined, stop: AbortSignal): Promise<void> {
    let failures = 0
    let at = cursor
    while (!stop.aborted) {
      try {
        await this.#readOnce(at, stop, (message) => {
          at = follow(at, message)
          receive(message)
          failures = 0
          this.#failure = undefined
        })
        this.#failure = 'the feed ended'
      } catch (failure) {
        this.#failure = describe(failure)
        // A cursor that leads into another history is worth nothing: without one the answer is a snapshot.
        if (failure instanceof ForeignEpoch) at = undefined
      }
      await pause(retryPause(failures++, this.#options.firstPause ?? 1, Math.random()), stop)
    }
  }

  /** An operator who never looks at the figures would not learn that revoked sessions still pass. */
  #warnOfRefusal(status: number): void {
    if (this.#warned || (status !== 401 && status !== 403)) return
    this.#warned = true
    console.warn(refusedCredential)
  }

  async #readOnce(cursor: RevocationCursor | undefined, stop: AbortSignal, receive: Receive): Promise<void> {
    const watch = new Watchdog(3 * (this.#options.heartbeat ?? revocationHeartbeat), stop)
    try {
      const response = await this.#options.fetch(this.#options.url, {
        headers: {
          accept: 'text/event-stream',
          authorization: `Bearer ${this.#options.credential}`,
          ...(cursor ? { 'last-event-id': formatCursor(cursor) } : {}),
        },
        cache: 'no-store',
        // The credential is for this address and no other.
        redirect: 'manual',
        signal: watch.signal,
      })
      this.#warnOfRefusal(response.status)
      for await (const data of readEvents(eventsOf(response))) {
        receive(parseRevocationMessage(JSON.parse(data)))
        watch.reset()
      }
    } finally {
      watch.end()
    }
  }
}

const refusedCredential =
  'Sessionward guard: the auth server refuses feed.credential. Until it is one of its secrets.guards, nobody who is signed out is refused here before the access token expires.'

class ForeignEpoch extends Error {}

/** The cursor after a message. */
function follow(cursor: RevocationCursor | undefined, message: RevocationMessage): RevocationCursor {
  if (!message.snapshot && cursor && cursor.epoch !== message.epoch) {
    throw new ForeignEpoch('the feed changed its epoch without a snapshot')
  }
  if (!message.snapshot && !cursor) throw new Error('the feed did not begin with a snapshot')
  return { epoch: message.epoch, watermark: message.watermark }
}

function eventsOf(response: Response): ReadableStream<Uint8Array> {
  const isEventStream = /^text\/event-stream\s*(;|$)/i.test(response.headers.get('content-type') ?? '')
  if (response.status === 200 && isEventStream && response.body) return response.body
  void response.body?.cancel()
  throw new Error(`the feed was answered with status ${response.status} and not as an event stream`)
}

/** Aborts its signal unless it is reset in time, and when it is told to stop. */
class Watchdog {
  readonly #seconds: number
  readonly #stop: AbortSignal
  readonly #controller = new AbortController()
  readonly #stopped = () => this.#controller.abort()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(seconds: number, stop: AbortSignal) {
    this.#seconds = seconds
    this.#stop = stop
    stop.addEventListener('abort', this.#stopped)
    this.reset()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  reset(): void {
    clearTimeout(this.#timer)
    this.#timer = unref(
      setTimeout(() => this.#controller.abort(new Error('the feed fell silent')), this.#seconds * 1000),
    )
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#stop.removeEventListener('abort', this.#stopped)
  }
}

function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      stop.removeEventListener('abort', end)
      resolve()
    }
    const timer = unref(setTimeout(end, milliseconds))
    stop.addEventListener('abort', end)
  })
}

/** Waiting for news must not keep a process alive that has nothing else to do. Browsers' timers are numbers. */
function unref(timer: ReturnType<typeof setTimeout>): ReturnType<typeof setTimeout> {
  const maybe = timer as { unref?: () => void }
  maybe.unref?.()
  return timer
}

/** A failed fetch hides its reason in its cause. Neither holds the credential. */
function describe(failure: unknown): string {
  if (!(failure instanceof Error)) return 'the feed cannot be read'
  const cause = failure.cause as { readonly code?: unknown } | undefined
  return typeof cause?.code === 'string' ? `${failure.message} (${cause.code})` : failure.message
}
