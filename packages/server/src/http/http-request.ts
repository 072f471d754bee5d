import { AnswerError } from '../answer-error.js'

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

/**
 * The URL of a request, for its query.
 *
 * @throws AnswerError `invalid_request` if the host is not valid: an adapter does not parse hosts such as `256.256.256.256`.
 */
export function urlOf({ url }: Pick<HttpRequest, 'url'>): URL {
  if (!URL.canParse(url)) throw new AnswerError('invalid_request', 'the Host header is not valid')
  return new URL(url)
}
