import type { ExecutionContext } from '@nestjs/common'
import { GuardError } from '../../challenge.js'
import type { Admission, Guard } from '../../guard.js'
import type { Route } from '../../route.js'
import { type ClosableSocket, closeOnSessionEnd } from '../../session-end.js'
import { rememberAdmission } from './admissions.js'
import { routeOf } from './routes.js'
import { readRule } from './rules.js'

/** A WebSocket of the package `ws`. */
export interface Socket extends ClosableSocket {
  send(data: string): void
}

interface Connection {
  readonly guard: Guard
  readonly client: Socket
  readonly admission: Admission
  /** Why the session has ended. */
  ended?: GuardError
  /** Set once the profile has changed: the scopes of the upgrade no longer count. */
  outdated?: GuardError
}

const connections = new WeakMap<object, Connection>()

/** Registers a socket whose upgrade was admitted. When its session ends, it receives the reason and is closed. */
export function openConnection(guard: Guard, client: Socket, admission: Admission): void {
  if (connections.has(client)) return
  const connection: Connection = { guard, client, admission }
  connections.set(client, connection)
  if (!admission.principal) return
  const stop = guard.onSessionEnd(admission.principal, (error) => {
    connection.ended = error
    sendRefusal(client, error)
  })
  client.addEventListener('close', stop)
  const stopChange = guard.onClaimsChange(admission.principal, (error) => {
    connection.outdated = error
  })
  client.addEventListener('close', stopChange)
  closeOnSessionEnd(guard, admission.principal, client)
}

/**
 * Whether a message may reach its handler. Checks the session of the socket, not its token, which may have expired since.
 *
 * @throws WsException whose error is the problem
 */
export async function admitMessage(context: ExecutionContext): Promise<true> {
  if (readRule(context) === 'public') return true
  const connection = connections.get(context.switchToWs().getClient())
  if (!connection) {
    throw new Error(
      'SessionwardGuard: no upgrade was checked; write app.useWebSocketAdapter(protectSockets(new WsAdapter(app), guard))',
    )
  }
  const route = routeOf(connection.guard, context).route as Route
  const refusal = connection.ended ?? connection.admission.refusal ?? missingScope(connection, route)
  if (refusal && !route.optional) throw await wsException(refusal, connection.client)
  rememberAdmission(context, refusal ? { principal: undefined, refusal } : connection.admission)
  return true
}

function missingScope({ admission: { principal }, outdated }: Connection, { scope }: Route): GuardError | undefined {
  if (outdated && scope.length > 0) return outdated
  const isMissing = scope.some((one) => !principal?.scope.includes(one))
  return isMissing ? new GuardError('insufficient_scope', { scope }) : undefined
}

/** Imported dynamically: @nestjs/websockets is installed only in applications with gateways. */
async function wsException(refusal: GuardError, client: Socket): Promise<Error> {
  const { BaseWsExceptionFilter, WsException } = await import('@nestjs/websockets')
  // Nest 11 emits the exception on the object of the socket, as for Socket.IO, and sends nothing.
  if (!('emitMessage' in BaseWsExceptionFilter.prototype)) sendRefusal(client, refusal)
  return new WsException({ ...refusal.problem() })
}

/** In the shape in which Nest 12 sends exceptions. */
function sendRefusal(client: Socket, refusal: GuardError): void {
  client.send(JSON.stringify({ event: 'exception', data: refusal.problem() }))
}
