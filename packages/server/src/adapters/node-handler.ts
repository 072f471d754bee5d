import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { listenerOptions } from './malformed-request.js'
import type { Mountable } from './node.js'
import { withSink } from './open-sink.js'
import { isPeerGone } from './peer.js'

/** What a framework knows about a request beyond Node's own. */
export interface Known {
  readonly address: string | undefined
  /** An error of what ran before, such as a body parser. Left out where there was none. */
  readonly error?: unknown
}

/** The auth server for frameworks on `node:http`: answers on Node's response, past the framework's own. */
export function createNodeHandler(
  auth: Pick<Mountable, 'fetch'>,
): (request: IncomingMessage, response: ServerResponse, known: Known) => Promise<void> {
  const all = new WeakMap<object, Known>()
  const listener = getRequestListener(
    (request, { incoming, outgoing }) =>
      withSink(outgoing as ServerResponse, (sink) =>
        auth.fetch(request, { ...sink, ...all.get(incoming), target: incoming.url }),
      ),
    listenerOptions,
  )
  return async (request, response, known) => {
    if (isPeerGone(request)) return void request.socket.destroy()
    all.set(request, known)
    await listener(request, response)
  }
}

/** The path of a request target. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}
