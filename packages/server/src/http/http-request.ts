/** What endpoints read of headers: `Headers` is one. */
export interface HeaderReader extends Iterable<[string, string]> {
  get(name: string): string | null
  has(name: string): boolean
}

/**
 * What endpoints read of a request: `Request` is one. An adapter can pass a simpler object instead, because Node takes as long
 * to make a `Request` and a `Response` as to verify a refresh token.
 */
export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: HeaderReader
  /** Only read where no length is declared. */
  readonly body: ReadableStream<Uint8Array> | null
  /** The bytes of the body. Rejects where it ended before it was complete. */
  arrayBuffer(): Promise<ArrayBuffer | Uint8Array>
}

/** `Headers`, for a function of the application. */
export function toHeaders(headers: HeaderReader): Headers {
  return headers instanceof Headers ? headers : new Headers([...headers])
}
