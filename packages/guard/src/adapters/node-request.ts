import type { IncomingMessage } from 'node:http'
import type { GuardRequest } from '../binding/evidence.js'

/**
 * A Node request as a guard reads it. `headers` silently keeps only the first of two `Authorization` headers;
 * `headersDistinct` has both. HTTP/2 requests have only `headers`.
 *
 * @param url where a router has changed `request.url`
 */
export function fromNode(request: IncomingMessage, url = request.url): GuardRequest {
  return { method: request.method ?? '', url: url ?? '', headers: request.headersDistinct ?? request.headers }
}
