import { type RevocationCursor, type RevocationMessage, revocationHeartbeat } from '@sessionward/protocol'
import { describeFailure, placeOf } from '../failure.js'
import type { Warnings } from '../warnings.js'
import { CredentialRefused, type FeedAddress } from './feed-request.js'
import { pause, retryPause } from './pause.js'
import { Poller } from './poller.js'
import { Position } from './position.js'
import type { Receive, RevocationSource } from './source.js'
import { readStream, SilentStream, TooManyStreams } from './stream.js'

/** All in seconds. */
export interface Pace {
  /** Between two messages of a stream at most, as the feed promises; three without one are a silent stream. */
  readonly heartbeat: number
  /** For the first message of a stream, which is sent at once. */
  readonly patience: number
  /** Until the second attempt; each later one waits twice as long, 30 s at most. */
  readonly firstPause: number
  /** From a poll's answer to the next poll. */
  readonly pollInterval: number
  /** Between two attempts at the stream while polling. */
  readonly streamRetry: number
}

const defaultPace: Pace = {
  heartbeat: revocationHeartbeat,
  patience: 3,
  firstPause: 1,
  // With the time that a request takes, about a second from one to the next.
  pollInterval: 0.8,
  streamRetry: 60,
}

export interface SubscriberOptions extends FeedAddress {
  readonly warnings: Warnings
  readonly pace?: Partial<Pace>
}

/** Failures in a row after which the operator is warned: fewer happen when an auth server restarts. */
const noticeable = 4

/**
 * Reads the revocation feed over HTTP: as a stream, which it opens again whenever that ends, for as long as it is wanted. A
 * proxy or middleware may hold a stream back without closing it. So one that is silent is joined by polls, until a stream
 * has delivered two messages: something on the way might let the first one through and hold back the rest.
 */
export class RevocationSubscriber implements RevocationSource {
  readonly #options: SubscriberOptions
  readonly #pace: Pace
  #via: 'stream' | 'poll' = 'stream'
  #whyPolled = silentStream
  #failure: string | undefined
  #failures = 0

  constructor(options: SubscriberOptions) {
    this.#options = options
    this.#pace = { ...defaultPace, ...options.pace }
  }

  /** How the feed is read, and why it currently cannot be read. */
  figures(): { readonly via: 'stream' | 'poll'; readonly failure?: string } {
    return { via: this.#via, ...(this.#failure === undefined ? {} : { failure: this.#failure }) }
  }

  subscribe(receive: Receive, cursor?: RevocationCursor): () => void {
    const stop = new AbortController()
    void this.#run(receive, new Position(cursor), stop.signal)
    return () => stop.abort()
  }

  async #run(receive: Receive, position: Position, stop: AbortSignal): Promise<void> {
    const take = (message: RevocationMessage, answer?: boolean) => {
      position.advance(message)
      receive(message, answer)
      this.#recover()
    }
    const poller = this.#pollerOf(position, take)
    stop.addEventListener('abort', () => poller.stop())
    while (!stop.aborted) {
      const failure = await this.#follow(position, stop, poller, take)
      if (stop.aborted) return
      if (failure instanceof SilentStream) this.#startPolling(poller, silentStream)
      if (failure instanceof TooManyStreams) this.#startPolling(poller, tooManyStreams)
      const wait = this.#pauseAfter(this.#failures, poller)
      if (!poller.running) this.#fail(failure)
      await pause(wait, stop)
    }
  }

  /** One stream, until it ends. @returns why it did */
  async #follow(position: Position, stop: AbortSignal, poller: Poller, take: Receive): Promise<unknown> {
    const { heartbeat, patience } = this.#pace
    let messages = 0
    try {
      await readStream(
        this.#options,
        position.cursor,
        { first: patience, next: 3 * heartbeat },
        (message) => {
          take(message, messages === 0)
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

  #pauseAfter(failures: number, poller: Poller): number {
    const { firstPause, streamRetry } = this.#pace
    return poller.running ? streamRetry * 1000 : retryPause(failures, firstPause, Math.random())
  }

  #pollerOf(position: Position, take: Receive): Poller {
    return new Poller({
      address: this.#options,
      position,
      interval: this.#pace.pollInterval,
      receive: (message) => {
        take(message, true)
        // Not before an answer shows that it is only the stream, and the auth server is there.
        this.#options.warnings.once(this.#whyPolled, this.#whyPolled)
      },
      onFailure: (failure) => this.#fail(failure),
    })
  }

  #recover(): void {
    this.#failure = undefined
    this.#failures = 0
    this.#options.warnings.resolve('feed')
  }

  /** Without a warning, an operator would learn only from the figures that revoked sessions still pass. */
  #fail(failure: unknown): void {
    this.#failure = describeFailure(failure)
    this.#failures++
    if (this.#failures < noticeable && !(failure instanceof CredentialRefused)) return
    const { url, warnings } = this.#options
    warnings.warn('feed', `the revocation feed at ${placeOf(url)} cannot be read: ${this.#failure}. ${consequence}`)
  }

  #startPolling(poller: Poller, why: string): void {
    this.#via = 'poll'
    this.#whyPolled = why
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
