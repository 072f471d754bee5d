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
  readonly admission: Admission
  /** Why the session has ended. */
  ended?: GuardError
}

const connections = new WeakMap<object, Connection>()

/** A socket whose upgrade was admitted. Once its session ends, it is told why and closed. */
export function openConnection(guard: Guard, client: Socket, admission: Admission): void {
  if (connections.has(client)) return
  const connection: Connection = { guard, admission }
  connections.set(client, connection)
  if (!admission.principal) return
  const stop = guard.onSessionEnd(admission.principal, (error) => {
    connection.ended = error
    client.send(JSON.stringify({ event: 'exception', data: error.problem() }))
  })
  client.addEventListener('close', stop)
  closeOnSessionEnd(guard, admission.principal, client)
}

/**
 * Whether a message may reach its handler. Its socket counts and not the token that it came with, which may expire meanwhile.
 *
 * @throws WsException whose error is the problem
 */
export async function admitMessage(context: ExecutionContext): Promise<true> {
  if (readRule(context) === 'public') return true
  const connection = connections.get(context.switchToWs().getClient())
  if (!connection) {
    throw new Error('SessionwardGuard: no upgrade was checked; write app.useWebSocketAdapter(protectSockets(new WsAdapter(app), guard))')
  }
  rememberAdmission(context, await admissionTo(routeOf(connection.guard, context) as Route, connection))
  return true
}

async function admissionTo(route: Route, { admission, ended }: Connection): Promise<Admission> {
  const refusal = ended ?? admission.refusal ?? missingScope(admission, route)
  if (!refusal) return admission
  if (route.optional) return { principal: undefined, refusal }
  throw await wsException(refusal)
}

function missingScope({ principal }: Admission, { scope }: Route): GuardError | undefined {
  const isMissing = scope.some((one) => !principal?.scope.includes(one))
  return isMissing ? new GuardError('insufficient_scope', { scope }) : undefined
}

/** Who has gateways has @nestjs/websockets; who has none need not install it. */
async function wsException(refusal: GuardError): Promise<Error> {
  const { WsException } = await import('@nestjs/websockets')
  return new WsException({ ...refusal.problem() })
}
