import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { AuthServer } from '../auth-server.js'

type RequestInfo = NonNullable<Parameters<AuthServer['fetch']>[1]>
type OpenSink = NonNullable<RequestInfo['openSink']>

/** Writes an event stream to Node's own response. */
export function createEventSink(outgoing: ServerResponse): OpenSink {
  return (status, headers, onClose) => {
    outgoing.writeHead(status, headers)
    outgoing.flushHeaders()
    outgoing.on('close', onClose)
    // A response that waits behind another one of its connection (HTTP pipelining) emits no `close`.
    const { socket } = outgoing.req
    if (socket.destroyed) onClose()
    else if (outgoing.socket === null) socket.on('close', onClose)
    return { write: (event) => outgoing.write(event), close: () => void outgoing.end() }
  }
}

/** Lets `answer` write an event stream past its `Response`. */
export async function withEventSink(
  outgoing: ServerResponse,
  answer: (info: Pick<RequestInfo, 'openSink'>) => Promise<Response>,
): Promise<Response> {
  const openSink = createEventSink(outgoing)
  let opened = false
  const response = await answer({
    openSink(...parts) {
      opened = true
      return openSink(...parts)
    },
  })
  return opened ? RESPONSE_ALREADY_SENT : response
}
