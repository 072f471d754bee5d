import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A port that is open before its server exists: servers that need each other's addresses can then be created in any order. */
export interface Origin {
  /** Such as `http://localhost:49152`. */
  readonly url: string
  /** Sets what answers requests. Until then every request gets 503. */
  serve(listener: RequestListener): void
  /** Closes the port and every open connection. */
  close(): Promise<void>
}

/**
 * Opens a port on the loopback address.
 *
 * @param port Default 0: a free one.
 * @throws Error with code EADDRINUSE where the port is taken.
 */
export async function openOrigin(port = 0): Promise<Origin> {
  let current: RequestListener = (_, response) => {
    response.writeHead(503, { 'Retry-After': '1' }).end()
  }
  const server = createServer((request, response) => current(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    serve(listener) {
      current = listener
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
