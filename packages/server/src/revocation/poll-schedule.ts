import { revocationHeartbeat } from '@sessionward/protocol'

/** Milliseconds between two polls of the store where no relay announces what other nodes write. */
export const pollInterval = 500

const ticksPerHeartbeat = (revocationHeartbeat * 1000) / pollInterval

/** What the schedule depends on at a tick. */
export interface PollConditions {
  /** Whether announcements of other nodes arrive. */
  readonly relayLive: boolean
  /** Whether the node has had no request for so long that no access token can be alive here. */
  readonly idle: boolean
  /** Whether some subscriber needs messages even so. */
  readonly needed: boolean
}

/**
 * When to poll the store: at every tick, or once in a heartbeat where a relay makes that unnecessary or the node is idle. An
 * idle node whose subscribers need nothing pauses, so that a database that is billed by the hour can sleep.
 */
export class PollSchedule {
  #sincePoll = 0
  #sinceHeartbeat = 0
  #paused = false

  /** Called every {@link pollInterval}. @returns whether to poll now. */
  tick({ relayLive, idle, needed }: PollConditions): boolean {
    this.#sincePoll++
    this.#sinceHeartbeat++
    this.#paused = idle && !needed
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
