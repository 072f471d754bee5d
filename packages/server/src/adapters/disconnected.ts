import type { IncomingMessage } from 'node:http'

/**
 * Whether the client has reset its connection. Such a request must not be served: its address is no longer known, so it would bypass
 * the limits of that address.
 */
export function isDisconnected({ socket }: IncomingMessage): boolean {
  if (socket.destroyed) return true
  // A Unix socket has neither address either, but is connected.
  return socket.remoteAddress === undefined && socket.localAddress !== undefined
}
