import type { RevocationEntry } from '@sessionward/protocol'

/**
 * Carries entries from node to node. It makes revocations faster, and nothing depends on it: each node also polls the store, every few
 * seconds, and twice a second while the relay is down. Anybody who can reach the relay can send entries, so an entry from it never
 * makes a node skip one from the store.
 */
export interface Relay {
  /** Announces entries to the other nodes of the store with this epoch. An announcement may be lost; the call never rejects. */
  announce(entries: readonly RevocationEntry[], epoch: string): Promise<void>
  /** Starts to listen. @returns a function that stops it. */
  listen(listener: RelayListener): () => void
}

/** What a node receives from the relay. */
export interface RelayListener {
  /**
   * Entries that a node announced, this one included, as read by `readRevocationEntries` of the protocol. The epoch names the store
   * of that node, because stores may share a relay.
   */
  receive(entries: readonly RevocationEntry[], epoch: string): void
  /** Whether announcements arrive. Called at each change, first when they start to arrive. */
  live(arriving: boolean): void
}
