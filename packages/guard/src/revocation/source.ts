import type { RevocationCursor, RevocationMessage } from '@sessionward/protocol'

/**
 * Where a guard learns what was revoked: the auth server itself in the same process, or a reader of its feed.
 *
 * The first message after every `subscribe` is a snapshot, unless the source knows the cursor; after that one comes at
 * least every `revocationHeartbeat` seconds, with or without entries, because silence counts as staleness.
 */
export interface RevocationSource {
  /** @returns what ends the subscription */
  subscribe(receive: (message: RevocationMessage) => void, cursor?: RevocationCursor): () => void
}
