import type { RevocationCursor, RevocationMessage } from '@sessionward/protocol'

/**
 * Where a guard gets revocations: the auth server itself in the same process, or a subscriber of its feed.
 *
 * The first message after every `subscribe` is a snapshot, unless the source knows the cursor; after that one arrives at
 * least every `revocationHeartbeat` seconds (5), with or without entries, because a feed without messages counts as stale. The
 * `watermark` of each is the auth server's time in milliseconds, from which a guard measures how far the clocks differ.
 */
export interface RevocationSource {
  /** @returns a function that ends the subscription */
  subscribe(receive: (message: RevocationMessage) => void, cursor?: RevocationCursor): () => void
}
