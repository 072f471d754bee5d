import { formatCursor, type RevocationCursor } from '@sessionward/protocol'
import type { Warnings } from '../warnings.js'

/** Where the feed is, and as whom it is read. */
export interface FeedAddress {
  readonly url: string
  /** What the auth server knows this guard by. Sent as Bearer, shown nowhere. */
  readonly credential: string
  readonly fetch: typeof globalThis.fetch
  readonly warnings: Warnings
}

/** Asks for the feed as a stream of server-sent events that begins behind the cursor. */
export function requestStream(
  address: FeedAddress,
  cursor: RevocationCursor | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const from: Record<string, string> = cursor ? { 'last-event-id': formatCursor(cursor) } : {}
  return request(address, address.url, { accept: 'text/event-stream', ...from }, signal)
}

/** Asks for one message with all that was written since the cursor. */
export function requestMessage(
  address: FeedAddress,
  cursor: RevocationCursor | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const url = new URL(address.url)
  if (cursor) url.searchParams.set('since', formatCursor(cursor))
  return request(address, url.href, { accept: 'application/json' }, signal)
}

async function request(
  { credential, fetch, warnings }: FeedAddress,
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(url, {
    // Middleware that compresses gathers many messages before it sends the first.
    headers: { ...headers, 'accept-encoding': 'identity', authorization: `Bearer ${credential}` },
    cache: 'no-store',
    // The credential is for this address and no other.
    redirect: 'manual',
    signal,
  })
  // An operator who never looks at the figures would not learn that revoked sessions still pass.
  if (response.status === 401 || response.status === 403) warnings.once('credential', refusedCredential)
  return response
}

const refusedCredential =
  'the auth server refuses feed.credential. Until it is one of its secrets.guards, a revoked session is refused here only when its access token expires.'
