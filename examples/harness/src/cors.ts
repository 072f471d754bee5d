import type { IncomingMessage, ServerResponse } from 'node:http'

/** Lets the page of one other origin call a business server with an access token (CORS). Fits Express and plain Node. */
export function allowOrigin(page: string) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    for (const [name, value] of [
      ['Access-Control-Allow-Origin', page],
      ['Access-Control-Allow-Headers', 'Authorization, Content-Type'],
      ['Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After'],
      ['Access-Control-Max-Age', '600'],
      ['Cache-Control', 'no-store'],
      ['Vary', 'Origin'],
    ] as const) {
      response.setHeader(name, value)
    }
    if (request.method === 'OPTIONS') response.writeHead(204).end()
    else next()
  }
}
