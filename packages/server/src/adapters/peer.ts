import type { IncomingMessage } from 'node:http'

/**
 * Whether the client has gone: it reset its connection, and nobody would read the answer. Its address is not known any more, so
 * no limit could count it; serving it would let one machine guess without limits.
 */
export function isPeerGone({ socket }: IncomingMessage): boolean {
  if (socket.destroyed) return true
  // A Unix socket has neither address.
  return socket.remoteAddress === undefined && socket.localAddress !== undefined
}
