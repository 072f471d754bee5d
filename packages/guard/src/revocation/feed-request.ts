import { formatCursor, type RevocationCursor } from '@sessionward/protocol'

/** The URL of the feed, and the credential to read it. */
export interface FeedAddress {
  readonly url: string
  /** Authenticates this guard at the auth server. Sent as a Bearer credential, never logged. */
  readonly credential: string
  readonly fetch: typeof globalThis.fetch
}

/** The auth server refused the credential. */
export class CredentialRefused extends Error {
  constructor(status: number) {
    super(`the feed returned status ${status}: feed.credential is not one of the auth server's secrets.guards`)
  }
}

/** Requests the feed as a stream of server-sent events after the cursor. */
export function requestStream(
  address: FeedAddress,
  cursor: RevocationCursor | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const from: Record<string, string> = cursor ? { 'last-event-id': formatCursor(cursor) } : {}
  return request(address, address.url, { accept: 'text/event-stream', ...from }, signal)
}

/** Requests one message with all entries after the cursor. */
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
    // Compression middleware buffers messages.
    headers: { ...headers, 'accept-encoding': 'identity', authorization: `Bearer ${credential}` },
    cache: 'no-store',
    // The credential must not be sent to another address.
    redirect: 'manual',
    signal,
  })
  if (response.status === 401 || response.status === 403) {
    void response.body?.cancel()
    throw new CredentialRefused(response.status)
  }
  return response
}
