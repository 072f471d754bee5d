import { formatCursor, type RevocationCursor } from '@sessionward/protocol'

/** Where the feed is, and as whom it is read. */
export interface FeedAddress {
  readonly url: string
  /** Authenticates this guard at the auth server. Sent as a Bearer credential, never logged. */
  readonly credential: string
  readonly fetch: typeof globalThis.fetch
}

/** The auth server does not know the credential. */
export class CredentialRefused extends Error {
  constructor(status: number) {
    super(`the feed returned status ${status}: feed.credential is not one of the auth server's secrets.guards`)
  }
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
  { credential, fetch }: FeedAddress,
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
  if (response.status === 401 || response.status === 403) {
    void response.body?.cancel()
    throw new CredentialRefused(response.status)
  }
  return response
}
