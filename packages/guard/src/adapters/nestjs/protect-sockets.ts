import type { IncomingMessage } from 'node:http'
import { Logger, type WebSocketAdapter } from '@nestjs/common'
import type { GuardRequest } from '../../binding/evidence.js'
import { GuardError } from '../../challenge.js'
import type { Admission, Guard } from '../../guard.js'
import type { RouteOptions } from '../../route.js'
import { fromNode } from '../node-request.js'
import { openConnection, type Socket } from './socket-connections.js'

type Answer = (ok: boolean, status?: number, body?: string, headers?: Record<string, string>) => void

/**
 * Checks the upgrade of every gateway: a global guard of Nest sees messages, but never a connection. A request that may not pass
 * is refused with 401 or 403, the challenge and a problem, and no gateway hears of it.
 *
 *     app.useWebSocketAdapter(protectSockets(new WsAdapter(app), app.get(SESSIONWARD_GUARD)))
 *
 * The token comes in `Authorization`; or, as pages cannot set headers, as the subprotocol after `bearer`:
 * `new WebSocket(url, ['bearer', accessToken])`, where the answer names `bearer`. Never in the query, which ends up in logs.
 *
 * Once the session ends, the socket receives `{ event: 'exception', data: problem }` and is closed with 4401. It stays open while
 * its token expires. With `optional: true` every upgrade is admitted, and the guard refuses the messages that need a principal.
 *
 * @param adapter a `WsAdapter` of @nestjs/platform-ws; its methods `create` and `bindClientConnect` are replaced
 * @returns the adapter
 * @throws TypeError for another adapter, or that names the route option
 */
export function protectSockets<A extends WebSocketAdapter>(adapter: A, guard: Guard, options: RouteOptions = {}): A {
  if ('createIOServer' in adapter)
    throw new TypeError('adapter: must be a WsAdapter; Socket.IO connects without an upgrade')
  const route = guard.route(options)
  const admissions = new WeakMap<IncomingMessage, Admission>()
  const [create, bindClientConnect] = [adapter.create.bind(adapter), adapter.bindClientConnect.bind(adapter)]

  const verifyClient = async ({ req }: { req: IncomingMessage }, answer: Answer) => {
    try {
      admissions.set(req, await guard.admit(fromUpgrade(req), route))
      answer(true)
    } catch (error) {
      refuse(error, answer)
    }
  }
  adapter.create = (port, gateway = {}) => {
    if (gateway.verifyClient) throw new TypeError('verifyClient: cannot be combined with protectSockets')
    return create(port, { handleProtocols: chooseProtocol, ...gateway, verifyClient })
  }
  adapter.bindClientConnect = (server, callback) =>
    bindClientConnect(server, (client: Socket, request: IncomingMessage, ...rest: unknown[]) => {
      const admission = admissions.get(request)
      if (!admission) return client.close(1011, 'upgrade not checked')
      openConnection(guard, client, admission)
      return callback(client, request, ...rest)
    })
  return adapter
}

/** Refuses the upgrade through the callback of `ws`. */
function refuse(error: unknown, answer: Answer): void {
  if (!(error instanceof GuardError)) {
    new Logger('protectSockets').error(error)
    answer(false, 500, '', { 'cache-control': 'no-store' })
    return
  }
  // `ws` has a type of its own in this spelling, and would send both.
  const { 'content-type': type, ...headers } = error.headers()
  answer(false, error.status, JSON.stringify(error.problem()), { 'Content-Type': type!, ...headers })
}

/** A token in both places is refused, as two headers are. */
function fromUpgrade(request: IncomingMessage): GuardRequest {
  const given = fromNode(request)
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
  const place = offered.indexOf('bearer')
  if (place < 0 || offered[place + 1] === undefined) return given
  const authorization = [request.headers.authorization ?? [], `Bearer ${offered[place + 1]}`].flat()
  return { ...given, headers: { ...request.headers, authorization } }
}

/** The first subprotocol that is no token. A browser that has offered some closes a connection whose answer names none. */
function chooseProtocol(offered: ReadonlySet<string>): string | false {
  const names = [...offered]
  const token = names.indexOf('bearer') + 1
  const others = names.filter((_, index) => token === 0 || (index !== token && index !== token - 1))
  return others[0] ?? (token > 0 ? 'bearer' : false)
}
