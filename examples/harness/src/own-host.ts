import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Answers 421 to requests for any other host (RFC 9110 section 15.5.20). A page of another site can have its own name point to
 * the loopback address (DNS rebinding), and would then read these pages as its own. Fits Express and plain Node.
 *
 * @param url Of the server, such as `http://localhost:4130`.
 */
export function onlyOwnHost(url: string) {
  const { host } = new URL(url)
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    if (request.headers.host === host) next()
    else response.writeHead(421).end()
  }
}
