import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { isDisconnected } from './disconnected.js'
import { listenerOptions } from './malformed-request.js'
import type { Mountable } from './node.js'
import { withSink } from './open-sink.js'

/** What a framework knows about a request in addition to Node's object. */
export interface FrameworkInfo {
  readonly address: string | undefined
  /** An error of earlier middleware, such as a body parser. Omitted if there was none. */
  readonly error?: unknown
}

/** The auth server for frameworks on `node:http`: writes to Node's response directly. */
export function createNodeHandler(
  auth: Pick<Mountable, 'fetch'>,
): (request: IncomingMessage, response: ServerResponse, info: FrameworkInfo) => Promise<void> {
  const infoByRequest = new WeakMap<object, FrameworkInfo>()
  const listener = getRequestListener(
    (request, { incoming, outgoing }) =>
      withSink(outgoing as ServerResponse, (sink) =>
        auth.fetch(request, { ...sink, ...infoByRequest.get(incoming), target: incoming.url }),
      ),
    listenerOptions,
  )
  return async (request, response, info) => {
    if (isDisconnected(request)) return void request.socket.destroy()
    infoByRequest.set(request, info)
    await listener(request, response)
  }
}

/** The path of a request target. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}
