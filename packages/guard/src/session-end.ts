import { formatSessionEvent } from '@sessionward/protocol'
import type { GuardError } from './challenge.js'
import type { Guard } from './guard.js'
import type { Principal } from './principal.js'

/** Close code of a WebSocket whose session has ended: 401 in the range of applications (RFC 6455 section 7.4.2). */
export const sessionEndedCode = 4401

/**
 * A WebSocket of a server: of the package `ws`, or with the methods of the web standard.
 *
 * @external ws
 */
export interface ClosableSocket {
  close(code: number, reason: string): void
  addEventListener(type: 'close', listener: () => void): void
  /** Of `ws`. */
  removeAllListeners?(event: 'message'): unknown
  /** Of `ws`. */
  terminate?(): void
}

/**
 * A response of Node that stays open, such as a stream of server-sent events.
 *
 * @external node:http
 */
export interface OpenResponse {
  /** The request, as Node knows it. */
  readonly req?: { readonly headers: { readonly accept?: string | undefined } }
  getHeader(name: string): number | string | string[] | undefined
  end(text: string): unknown
  destroy(): unknown
  once(event: 'close', listener: () => void): unknown
}

/** Milliseconds until a peer that does not answer the close frame is disconnected. */
const closeTimeout = 1000

/**
 * Closes an open connection when the session of its principal ends: at once if it has ended already. A refresh leaves it open,
 * because the session counts and not the token that the connection began with.
 *
 * - A WebSocket is closed with code 4401 and the error code as its reason, such as `signed_out`. With `ws`, no message that
 *   arrives later reaches your listeners, and a peer that does not answer is cut off after one second.
 * - A stream of server-sent events gets a last event `session-ended`, `{ type, sid, reason }`, and ends; any other response is
 *   interrupted. The `EventSource` of a browser asks once more and stops at the 401.
 *
 * Needs a guard with a `feed`.
 *
 * @returns a function that ends the subscription; a connection that closes ends it by itself
 * @throws TypeError if the connection is neither
 */
export function closeOnSessionEnd(
  guard: Pick<Guard, 'onSessionEnd'>,
  principal: Principal,
  connection: ClosableSocket | OpenResponse,
): () => void {
  if (isSocket(connection)) {
    const stop = guard.onSessionEnd(principal, (error) => closeSocket(connection, error))
    connection.addEventListener('close', stop)
    return stop
  }
  if (typeof connection?.end !== 'function' || typeof connection.once !== 'function') {
    throw new TypeError('connection: must be a WebSocket of the server (ws) or a response of node:http')
  }
  const stop = guard.onSessionEnd(principal, (error) => endResponse(connection, principal, error))
  connection.once('close', stop)
  return stop
}

function isSocket(connection: ClosableSocket | OpenResponse): connection is ClosableSocket {
  return typeof (connection as ClosableSocket | null)?.close === 'function' && 'addEventListener' in connection
}

function closeSocket(socket: ClosableSocket, { code }: GuardError): void {
  socket.removeAllListeners?.('message')
  socket.close(sessionEndedCode, code)
  if (!socket.terminate) return
  const timer = setTimeout(() => socket.terminate?.(), closeTimeout)
  socket.addEventListener('close', () => clearTimeout(timer))
}

function endResponse(response: OpenResponse, { sessionId }: Principal, { code }: GuardError): void {
  // Other responses are aborted: a clean end would make a truncated body look complete.
  if (!isEventStream(response)) response.destroy()
  else response.end(`event: session-ended\n${formatSessionEvent({ type: 'ended', sid: sessionId, reason: code })}`)
}

/** Node does not expose headers that were passed to `writeHead`, so the `Accept` of the request decides then. */
function isEventStream(response: OpenResponse): boolean {
  const eventStream = 'text/event-stream'
  const type = response.getHeader('content-type')
  if (type !== undefined) return String(type).toLowerCase().startsWith(eventStream)
  return response.req?.headers.accept?.includes(eventStream) ?? false
}
