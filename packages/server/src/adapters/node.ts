import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AuthServer } from '../auth-server.js'
import { answerMalformed } from './malformed-request.js'
import { createNodeHandler } from './node-handler.js'

/** What an adapter needs of the auth server. */
export type Mountable = Pick<AuthServer, 'fetch' | 'owns'>

/** Options of `requestListener` and of the adapters. */
export interface ListenerOptions {
  /**
   * The network address of the client, by which sign-ins are throttled. Default: the socket's. Behind a proxy that is the proxy's
   * address, and all clients share one limit: return the header that your proxy sets, unchanged, but only if clients cannot bypass the
   * proxy. `ip:port` is accepted; of a list, the last address is used, which the nearest proxy added. Of an array, the last value is
   * used.
   */
  readonly address?: (request: IncomingMessage) => string | readonly string[] | undefined
}

/** The auth server as a listener for `http.createServer()`. */
export function requestListener(
  auth: Mountable,
  options: ListenerOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const { address = (request) => request.socket.remoteAddress } = options
  const handle = createNodeHandler(auth)
  return (request, response) => void handle(request, response, () => ({ address: lastValue(address(request)) }))
}

function lastValue(found: string | readonly string[] | undefined): string | undefined {
  return typeof found === 'object' ? found.at(-1) : found
}

/** A listening server. */
export interface Listening {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string
  /** The HTTP server of Node. */
  readonly server: Server
  /** Stops listening and closes open connections. The auth server itself stays open. */
  close(): Promise<void>
}

/**
 * Starts an HTTP server for the auth server.
 *
 * @param options `port`: 0 picks a free one. `host`: default localhost.
 */
export function listen(
  auth: Mountable,
  options: ListenerOptions & { readonly port: number; readonly host?: string },
): Promise<Listening> {
  const { port, host = 'localhost' } = options
  // The listener refuses a missing Host itself, with a body.
  const server = answerMalformed(createServer({ requireHostHeader: false }, requestListener(auth, options)))
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo
      resolve({ url: `http://${host}:${address.port}`, server, close: () => closeServer(server) })
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
    server.closeAllConnections()
  })
}
