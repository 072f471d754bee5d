/** The part of `Headers` that endpoints use. */
export interface HeaderReader extends Iterable<[string, string]> {
  get(name: string): string | null
  has(name: string): boolean
}

/**
 * The part of `Request` that endpoints use. An adapter can pass a simpler object instead, because Node takes as long to create a
 * `Request` and a `Response` as to verify a refresh token.
 */
export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: HeaderReader
  /** Read only if no length is declared. */
  readonly body: ReadableStream<Uint8Array> | null
  /** The bytes of the body. Rejects if it ended early. */
  arrayBuffer(): Promise<ArrayBuffer | Uint8Array>
}

/** Converts to `Headers`, which the application's own functions expect. */
export function toHeaders(headers: HeaderReader): Headers {
  return headers instanceof Headers ? headers : new Headers([...headers])
}
