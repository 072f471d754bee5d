import type { RevocationCursor, RevocationMessage } from '@sessionward/protocol'

/**
 * Receives one message. `answer` says whether it is the response to a request, and so cannot be later than the request timeout.
 * Default: true for a snapshot. Only responses can lower the estimate of the auth server's clock.
 */
export type RevocationListener = (message: RevocationMessage, answer?: boolean) => void

/**
 * Where a guard gets revocations: the auth server itself in the same process, or a subscriber of its feed.
 *
 * The first message after every `subscribe` is a snapshot, unless the source knows the cursor; after that one arrives at
 * least every `revocationHeartbeat` seconds (5), with or without entries, because a feed without messages counts as stale. The
 * `watermark` of each is the auth server's time in milliseconds, from which a guard measures how far the clocks differ.
 */
export interface RevocationSource {
  /** @returns a function that ends the subscription */
  subscribe(receive: RevocationListener, cursor?: RevocationCursor): () => void
}
