import { revocationHeartbeat } from '@sessionward/protocol'

/** Milliseconds between two polls of the store without a live relay. */
export const pollInterval = 500

const ticksPerHeartbeat = (revocationHeartbeat * 1000) / pollInterval

/** The conditions at a tick. */
export interface PollConditions {
  /** Whether announcements of other nodes arrive. */
  readonly relayLive: boolean
  /** Whether the node has received no request for the lifetime of an access token. */
  readonly idle: boolean
  /** Whether a subscriber needs messages although the node is idle. */
  readonly isNeeded: boolean
}

/**
 * Decides when to poll the store: at every tick, or once per heartbeat if a relay is live or the node is idle. An idle node whose
 * subscribers need no messages pauses, so that a database that is billed by usage can sleep.
 */
export class PollSchedule {
  #sincePoll = 0
  #sinceHeartbeat = 0
  #paused = false

  /** Called every {@link pollInterval}. @returns whether to poll now. */
  tick({ relayLive, idle, isNeeded }: PollConditions): boolean {
    this.#sincePoll++
    this.#sinceHeartbeat++
    this.#paused = idle && !isNeeded
    return !this.#paused && this.#sincePoll >= (relayLive || idle ? ticksPerHeartbeat : 1)
  }

  get heartbeatDue(): boolean {
    return this.#sinceHeartbeat >= ticksPerHeartbeat
  }

  polled(): void {
    this.#sincePoll = 0
  }

  heartbeatSent(): void {
    this.#sinceHeartbeat = 0
  }

  /** Makes the next tick poll. */
  pollAtNextTick(): void {
    this.#sincePoll = ticksPerHeartbeat
  }

  /** @returns whether the schedule was paused. */
  resume(): boolean {
    const paused = this.#paused
    this.#paused = false
    return paused
  }
}
