import { GuardError } from '../../challenge.js'
import type { Admission, Guard } from '../../guard.js'
import type { Route } from '../../route.js'

/** A WebSocket of the package `ws`. */
export interface Socket {
  send(data: string): void
  close(code: number, reason: string): void
  once(event: 'close', listener: () => void): unknown
}

interface Connection {
  readonly admission: Admission
  /** Why the session has ended. */
  ended?: GuardError
}

/** The close code for a session that has ended: 401 among the codes for applications (RFC 6455 section 7.4.2). */
const sessionEnded = 4401

const connections = new WeakMap<object, Connection>()

/** A socket whose upgrade was admitted. Once its session ends, it is told why and closed. */
export function openConnection(guard: Guard, client: Socket, admission: Admission): void {
  if (connections.has(client)) return
  const connection: Connection = { admission }
  connections.set(client, connection)
  if (!admission.principal) return
  const stop = (guard as any).onSessionEnd?.(admission.principal, (error: GuardError) => {
    connection.ended = error
    client.send(JSON.stringify({ event: 'exception', data: error.problem() }))
    client.close(sessionEnded, error.code)
  })
  if (stop) client.once('close', stop)
}

/**
 * Whether a message may reach its handler. Its socket counts and not the token that it came with, which may expire meanwhile.
 *
 * @throws WsException whose error is the problem
 */
export async function admitMessage(client: object, route: Route): Promise<Admission> {
  const connection = connections.get(client)
  if (!connection) {
    throw new Error('SessionwardGuard: no upgrade was checked; write app.useWebSocketAdapter(protectSockets(new WsAdapter(app), guard))')
  }
  const { admission, ended } = connection
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
