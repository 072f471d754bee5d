import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Answerer } from '../auth-server.js'

/** A request that is read from Node's `IncomingMessage` directly, without a `Request`. */
export type DirectRequest = Parameters<Answerer>[0]

/** Larger bodies are left to the auth server, which refuses them unread. */
const maxBytes = 64 * 1024
const methods: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'])
/** Targets and hosts that parsing as a URL does not change. */
const plainTarget = /^\/[\w\-./~]*(?:\?[\w\-.~!$&()*+,;=:@/?%]*)?$/
const dotSegment = /\/\.\.?(?:[/?]|$)/
const plainHost = /^[a-z0-9._-]+(?::(?:[1-5]\d{3,4}|[6-9]\d{3}))?$/

/**
 * Reads a typical request: HTTP/1, a plain target, no duplicate header, and an unread body with a declared length. The body may still
 * arrive: an endpoint that needs it waits for it, and a refusal need not.
 *
 * @returns undefined for any other request, which needs a `Request`.
 */
export function readDirectly(incoming: IncomingMessage): DirectRequest | undefined {
  const { method, url = '', headers, rawHeaders } = incoming
  const { host = '' } = headers
  if (incoming.httpVersionMajor !== 1 || !methods.has(method)) return undefined
  if (!plainHost.test(host) || !plainTarget.test(url) || dotSegment.test(url)) return undefined
  if (headers['transfer-encoding'] !== undefined || headers.expect !== undefined) return undefined
  if (Object.keys(headers).length * 2 !== rawHeaders.length) return undefined
  const length = Number(headers['content-length'] ?? 0)
  if (length === 0) return new NodeRequest(incoming, emptyBytes)
  // Endpoints of other methods read no body, so they must not wait for one.
  if (!(length <= maxBytes) || method !== 'POST') return undefined
  const { rawBody } = incoming as { readonly rawBody?: unknown }
  if (Buffer.isBuffer(rawBody)) return new NodeRequest(incoming, rawBody)
  if (incoming.readableDidRead || incoming.readableEncoding !== null) return undefined
  return new NodeRequest(incoming, readBody(incoming, length))
}

/**
 * Resolves after the last byte, or with undefined if the body ends earlier. A body that no endpoint needs is read too, so that the
 * connection can serve the next request.
 */
function readBody(incoming: IncomingMessage, length: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let missing = length
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      missing -= chunk.length
      if (missing <= 0) resolve(chunks.length === 1 ? chunk : Buffer.concat(chunks))
    })
    const end = () => resolve(undefined)
    // Simulated requests, such as those of Fastify's `inject`, may end without `close`.
    incoming.on('end', end)
    incoming.on('error', end)
    incoming.on('close', end)
  })
}

const emptyBytes = new Uint8Array()

class NodeRequest implements DirectRequest {
  readonly method: string
  readonly headers: DirectRequest['headers']
  readonly body = null
  readonly #incoming: IncomingMessage
  readonly #target: string
  readonly #bytes: Uint8Array | Promise<Uint8Array | undefined>

  /** @param bytes The body; undefined if it ended early. */
  constructor(incoming: IncomingMessage, bytes: Uint8Array | Promise<Uint8Array | undefined>) {
    this.method = incoming.method!
    this.headers = new NodeHeaders(incoming.headers)
    this.#incoming = incoming
    // Read here, because frameworks change `url` before the body has arrived.
    this.#target = incoming.url!
    this.#bytes = bytes
  }

  get url(): string {
    const { socket, headers } = this.#incoming
    return `${(socket as Partial<TLSSocket>).encrypted ? 'https' : 'http'}://${headers.host}${this.#target}`
  }

  async arrayBuffer(): Promise<Uint8Array> {
    const bytes = await this.#bytes
    if (bytes === undefined) throw new Error('the request body ended early')
    return bytes
  }
}

class NodeHeaders {
  readonly #headers: IncomingMessage['headers']

  /** @param headers The headers of a request without duplicate names. */
  constructor(headers: IncomingMessage['headers']) {
    this.#headers = headers
  }

  get(name: string): string | null {
    const value = this.#headers[name.toLowerCase()]
    return typeof value === 'string' ? value : null
  }

  has(name: string): boolean {
    return this.get(name) !== null
  }

  *[Symbol.iterator](): Iterator<[string, string]> {
    for (const [name, value] of Object.entries(this.#headers)) {
      if (typeof value === 'string') yield [name, value]
    }
  }
}
