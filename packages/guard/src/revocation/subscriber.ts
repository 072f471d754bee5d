import { type RevocationCursor, type RevocationMessage, revocationHeartbeat } from '@sessionward/protocol'
import { describeFailure, withoutQuery } from '../failure.js'
import type { Warnings } from '../warnings.js'
import { Poller } from './feed-poller.js'
import { Position } from './feed-position.js'
import { CredentialRefused, type FeedAddress } from './feed-request.js'
import { readStream, SilentStream, TooManyStreams } from './feed-stream.js'
import { retryDelay, sleep } from './retry-delay.js'
import type { RevocationListener, RevocationSource } from './source.js'

/** All in seconds. */
export interface SubscriberTiming {
  /** Maximum interval between two messages of a stream. A stream is silent after three of these without a message. */
  readonly heartbeat: number
  /** Timeout for the first message of a stream, which is sent immediately. */
  readonly firstMessage: number
  /** Delay before the first retry; doubles with each failure, at most 30 s. */
  readonly firstRetry: number
  /** From the response of a poll to the next poll. */
  readonly pollInterval: number
  /** Between two attempts at the stream while polling. */
  readonly streamRetry: number
}

const defaultTiming: SubscriberTiming = {
  heartbeat: revocationHeartbeat,
  firstMessage: 3,
  firstRetry: 1,
  // Together with the duration of a request, about one poll per second.
  pollInterval: 0.8,
  streamRetry: 60,
}

export interface SubscriberOptions extends FeedAddress {
  readonly warnings: Warnings
  readonly timing?: Partial<SubscriberTiming>
}

/** Consecutive failures before the operator is warned. A restart of the auth server causes fewer. */
const failuresBeforeWarning = 4

/**
 * Reads the revocation feed over HTTP as a stream, and reconnects when the stream ends. A proxy or middleware may buffer a stream
 * without closing it. So the subscriber polls while a stream is silent, until one has delivered two messages: a proxy may pass
 * the first message and buffer the rest.
 */
export class RevocationSubscriber implements RevocationSource {
  readonly #options: SubscriberOptions
  readonly #timing: SubscriberTiming
  #via: 'stream' | 'poll' = 'stream'
  #pollReason = silentStream
  #failure: string | undefined
  #failures = 0

  constructor(options: SubscriberOptions) {
    this.#options = options
    this.#timing = { ...defaultTiming, ...options.timing }
  }

  /** How the feed is read, and why it currently cannot be read. */
  figures(): { readonly via: 'stream' | 'poll'; readonly failure?: string } {
    return { via: this.#via, ...(this.#failure === undefined ? {} : { failure: this.#failure }) }
  }

  subscribe(receive: RevocationListener, cursor?: RevocationCursor): () => void {
    const stop = new AbortController()
    void this.#run(receive, new Position(cursor), stop.signal)
    return () => stop.abort()
  }

  async #run(receive: RevocationListener, position: Position, stop: AbortSignal): Promise<void> {
    const deliver = (message: RevocationMessage, answer?: boolean) => {
      position.advance(message)
      receive(message, answer)
      this.#recover()
    }
    const poller = this.#createPoller(position, deliver)
    stop.addEventListener('abort', () => poller.stop())
    while (!stop.aborted) {
      const failure = await this.#readUntilEnd(position, stop, poller, deliver)
      if (stop.aborted) return
      if (failure instanceof SilentStream) this.#startPolling(poller, silentStream)
      if (failure instanceof TooManyStreams) this.#startPolling(poller, tooManyStreams)
      const wait = this.#retryDelay(this.#failures, poller)
      if (!poller.running) this.#fail(failure)
      await sleep(wait, stop)
    }
  }

  /** One stream, until it ends. @returns why it did */
  async #readUntilEnd(
    position: Position,
    stop: AbortSignal,
    poller: Poller,
    deliver: RevocationListener,
  ): Promise<unknown> {
    const { heartbeat, firstMessage } = this.#timing
    let messages = 0
    try {
      await readStream(
        this.#options,
        position.cursor,
        { first: firstMessage, next: 3 * heartbeat },
        (message) => {
          deliver(message, messages === 0)
          messages++
          if (messages > 1) this.#stopPolling(poller)
        },
        stop,
      )
      return new Error('the feed ended')
    } catch (failure) {
      return failure
    }
  }

  #retryDelay(failures: number, poller: Poller): number {
    const { firstRetry, streamRetry } = this.#timing
    return poller.running ? streamRetry * 1000 : retryDelay(failures, firstRetry, Math.random())
  }

  #createPoller(position: Position, deliver: RevocationListener): Poller {
    return new Poller({
      address: this.#options,
      position,
      interval: this.#timing.pollInterval,
      receive: (message) => {
        deliver(message, true)
        // Only after a successful poll, which shows that the auth server is available and only the stream is not.
        this.#options.warnings.once(this.#pollReason, this.#pollReason)
      },
      onFailure: (failure) => this.#fail(failure),
    })
  }

  #recover(): void {
    this.#failure = undefined
    this.#failures = 0
    this.#options.warnings.resolve('feed')
  }

  /** Without the warning, only the figures would show that revoked sessions still pass. */
  #fail(failure: unknown): void {
    this.#failure = describeFailure(failure)
    this.#failures++
    if (this.#failures < failuresBeforeWarning && !(failure instanceof CredentialRefused)) return
    const { url, warnings } = this.#options
    warnings.warn(
      'feed',
      `the revocation feed at ${withoutQuery(url)} cannot be read: ${this.#failure}. ${consequence}`,
    )
  }

  #startPolling(poller: Poller, why: string): void {
    this.#via = 'poll'
    this.#pollReason = why
    poller.start()
  }

  #stopPolling(poller: Poller): void {
    this.#via = 'stream'
    poller.stop()
  }
}

const consequence =
  'Until it can be read, this guard accepts the access tokens of newly revoked sessions until they expire.'

const silentStream =
  'the stream of the revocation feed is open, but no message arrives: a proxy or a compression middleware probably buffers it. The guard polls the feed once a second instead, and retries the stream every minute.'

const tooManyStreams =
  "the auth server has too many streams of the revocation feed open for this guard's credential. The guard polls the feed once a second instead, and retries the stream every minute. Give each business server a credential of its own."
