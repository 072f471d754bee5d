import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { AuthServer } from '../server.js'

type RequestInfo = NonNullable<Parameters<AuthServer['fetch']>[1]>

/** Lets `answer` write an event stream past its `Response`, to Node's own response. */
export async function withSink(
  outgoing: ServerResponse,
  answer: (info: Pick<RequestInfo, 'openSink'>) => Promise<Response>,
): Promise<Response> {
  let opened = false
  const response = await answer({
    openSink(status, headers, onClose) {
      opened = true
      outgoing.writeHead(status, headers)
      outgoing.flushHeaders()
      outgoing.on('close', onClose)
      return { write: (event) => outgoing.write(event), close: () => void outgoing.end() }
    },
  })
  return opened ? RESPONSE_ALREADY_SENT : response
}
