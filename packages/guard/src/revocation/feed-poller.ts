import { parseRevocationMessage, type RevocationMessage } from '@sessionward/protocol'
import { readBody } from '../read-body.js'
import type { Position } from './feed-position.js'
import { type FeedAddress, requestMessage } from './feed-request.js'
import { maxMessageSize } from './message-size.js'
import { Watchdog } from './message-timeout.js'
import { retryDelay, sleep } from './retry-delay.js'

export interface PollerOptions {
  readonly address: FeedAddress
  readonly position: Position
  /** Seconds from an answer to the next poll. */
  readonly interval: number
  /** An error that it throws counts as a failed poll. */
  readonly receive: (message: RevocationMessage) => void
  readonly onFailure: (failure: unknown) => void
}

/** Seconds until a poll fails. */
const timeout = 10

/** Polls the feed for single messages between `start()` and `stop()`. */
export class Poller {
  readonly #options: PollerOptions
  #running: AbortController | undefined

  constructor(options: PollerOptions) {
    this.#options = options
  }

  get running(): boolean {
    return this.#running !== undefined
  }

  start(): void {
    if (this.#running) return
    this.#running = new AbortController()
    void this.#loop(this.#running.signal)
  }

  stop(): void {
    this.#running?.abort()
    this.#running = undefined
  }

  async #loop(stop: AbortSignal): Promise<void> {
    const { interval, receive, onFailure } = this.#options
    let failures = 0
    while (!stop.aborted) {
      try {
        const message = await this.#poll(stop)
        if (stop.aborted) return
        receive(message)
        failures = 0
      } catch (failure) {
        if (stop.aborted) return
        onFailure(failure)
        failures++
      }
      await sleep(failures === 0 ? interval * 1000 : retryDelay(failures, interval, Math.random()), stop)
    }
  }

  async #poll(stop: AbortSignal): Promise<RevocationMessage> {
    const watch = new Watchdog(timeout, stop)
    try {
      const response = await requestMessage(this.#options.address, this.#options.position.cursor, watch.signal)
      if (response.status !== 200) {
        void response.body?.cancel()
        throw new Error(`a poll of the feed returned status ${response.status} instead of 200`)
      }
      const body = await readBody(response, maxMessageSize, 'the answer to a poll of the feed')
      return parseRevocationMessage(JSON.parse(new TextDecoder().decode(body)))
    } finally {
      watch.stop()
    }
  }
}
