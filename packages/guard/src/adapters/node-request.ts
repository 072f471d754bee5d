import type { IncomingMessage } from 'node:http'
import type { GuardRequest } from '../binding/evidence.js'

/**
 * A Node request as a guard reads it. `headers` silently keeps only the first of two `Authorization` headers, and
 * `headersDistinct` builds a list for every header of the request; `rawHeaders` has all of them and costs nothing.
 *
 * @param url where a router has changed `request.url`
 */
export function fromNode(request: IncomingMessage, url = request.url): GuardRequest {
  const { rawHeaders } = request
  // Emulated requests, such as those of serverless functions, may have only `headers`.
  const headers = rawHeaders?.length > 0 ? new RawHeaders(rawHeaders) : request.headers
  return { method: request.method ?? '', url: url ?? '', headers }
}

/** Reads single headers from Node's `rawHeaders`: name, value, name, value. */
class RawHeaders {
  readonly #lines: readonly string[]

  constructor(lines: readonly string[]) {
    this.#lines = lines
  }

  /** @param name in lower case */
  get(name: string): string | undefined {
    let all: string | undefined
    for (let index = 0; index < this.#lines.length; index += 2) {
      const one = this.#lines[index]!
      if (one.length !== name.length || one.toLowerCase() !== name) continue
      const value = this.#lines[index + 1]!
      // A browser over HTTP/2 may divide its cookies (RFC 9113 section 8.2.3).
      all = all === undefined ? value : `${all}${name === 'cookie' ? '; ' : ', '}${value}`
    }
    return all
  }
}
