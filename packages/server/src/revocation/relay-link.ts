import { type RevocationEntry, revocationOverlap } from '@sessionward/protocol'
import type { Relay } from '../store/store.js'
import type { DeliveredEntries } from './delivered-entries.js'
import type { StorePoller } from './store-poller.js'
import type { StoreReader } from './store-reader.js'
import type { Subscribers } from './subscribers.js'

export interface RelayLinkParts {
  /** How nodes announce to each other what they wrote. Without it each finds it by polling the store. */
  readonly relay: Relay | undefined
  readonly reader: StoreReader
  readonly poller: StorePoller
  readonly subscribers: Subscribers
  readonly delivered: DeliveredEntries
  /** Seconds that an entry counts. */
  readonly keepFor: number
}

/** Connects the feed of this node with those of the other nodes, for speed: what the relay loses, the next poll finds. */
export class RelayLink {
  readonly #parts: RelayLinkParts
  #stopListening: (() => void) | undefined

  constructor(parts: RelayLinkParts) {
    this.#parts = parts
  }

  start(): void {
    this.#stopListening ??= this.#parts.relay?.listen({
      receive: (entries, epoch) => this.#receive(entries, epoch),
      live: (arriving) => this.#setLive(arriving),
    })
  }

  stop(): void {
    this.#stopListening?.()
    this.#stopListening = undefined
  }

  async announce(entries: readonly RevocationEntry[]): Promise<void> {
    const { relay, poller, reader } = this.#parts
    if (!relay || entries.length === 0) return
    try {
      const epoch = poller.cursor?.epoch ?? reader.epoch() ?? (await reader.snapshot()).epoch
      await relay.announce(entries, epoch)
    } catch {
      // The other nodes find the entries when they poll.
    }
  }

  /** Delivers what another node has just written, as far as it is credible. The next poll delivers it again from the store. */
  #receive(entries: readonly RevocationEntry[], epoch: string): void {
    const { poller, subscribers, delivered, keepFor } = this.#parts
    if (!poller.cursor) {
      // The epoch is not known yet, so neither is whose entries these are. The first poll finds them without delay.
      poller.pollAtNextTick()
      return
    }
    // Another store may share the relay.
    if (epoch !== poller.cursor.epoch) return
    // By the estimated clock: while the store cannot be read, the relay is the only way to learn of anything.
    const latest = poller.storeTime / 1000 + keepFor + revocationOverlap
    const credible = entries.filter((entry) => entry.expires <= latest && !delivered.has(entry))
    subscribers.broadcastEntries(credible, poller.currentCursor)
  }

  #setLive(arriving: boolean): void {
    const { poller } = this.#parts
    poller.relayLive = arriving
    // Announcements before this moment may be lost, and a poll that is under way may have been too early to find them.
    poller.pollAtNextTick()
    void poller.poll()
  }
}
