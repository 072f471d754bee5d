import { type RevocationEntry, revocationOverlap } from '@sessionward/protocol'
import type { Relay } from '../store/store.js'
import type { DeliveredEntries } from './delivered-entries.js'
import type { StorePoller } from './store-poller.js'
import type { StoreReader } from './store-reader.js'
import type { Subscribers } from './subscribers.js'

export interface RelayLinkParts {
  /** Announces entries between nodes. Without it each node finds them by polling the store. */
  readonly relay: Relay | undefined
  readonly reader: StoreReader
  readonly poller: StorePoller
  readonly subscribers: Subscribers
  readonly delivered: DeliveredEntries
  /** Seconds after which an entry expires. */
  readonly retention: number
}

/** Connects the feeds of all nodes for speed. Polling finds the entries that the relay loses. */
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

  /** Delivers the credible entries of an announcement. The next poll delivers them again from the store. */
  #receive(entries: readonly RevocationEntry[], epoch: string): void {
    const { poller, subscribers, delivered, retention } = this.#parts
    if (!poller.cursor) {
      // The epoch of this node's store is not known yet, so the entries may belong to another store. The next poll finds them.
      poller.pollAtNextTick()
      return
    }
    // Another store may share the relay.
    if (epoch !== poller.cursor.epoch) return
    // Uses the estimated store clock, because announcements must be delivered even while the store is unavailable.
    const latest = poller.storeTime / 1000 + retention + revocationOverlap
    const credible = entries.filter((entry) => entry.expires <= latest && !delivered.has(entry))
    subscribers.broadcastEntries(credible, poller.currentCursor)
  }

  #setLive(arriving: boolean): void {
    const { poller } = this.#parts
    poller.relayLive = arriving
    // Announcements before this moment may be lost, and a pending poll may have started too early to find their entries.
    poller.pollAtNextTick()
    void poller.poll()
  }
}
