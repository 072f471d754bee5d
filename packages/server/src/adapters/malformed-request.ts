import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { RequestError } from '@hono/node-server'
import { problem, problemMediaType } from '@sessionward/protocol'

/** For `getRequestListener`: answers with a problem if a request has no valid URL, for example because of its Host header. */
export const listenerOptions = {
  errorHandler(error: unknown): Response {
    const answer = problem(error instanceof RequestError ? 'invalid_request' : 'service_unavailable')
    const { status } = answer
    return new Response(JSON.stringify(answer), { status, headers })
  },
}

const headers = { 'Content-Type': problemMediaType, 'Cache-Control': 'no-store' }

/** The answer to an unexpected error. */
export const unavailableAnswer = {
  status: problem('service_unavailable').status,
  headers,
  setCookies: [],
  body: JSON.stringify(problem('service_unavailable')),
}

/** The statuses that Node uses for the errors of its parser; 400 for all others. */
const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** Makes a server that we created answer malformed requests with a problem, where Node would send no body. */
export function answerMalformed(server: Server): Server {
  return (
    server
      // Unknown expectations may be ignored (RFC 9110 section 10.1.1).
      .on('checkExpectation', (request, response) => server.emit('request', request, response))
      .on('clientError', ({ code = '' }: NodeJS.ErrnoException, connection) => {
        const socket = connection as Socket & { readonly _httpMessage?: { readonly headersSent: boolean } }
        // Like Node, sends nothing if an answer has already started.
        if (!socket.writable || socket._httpMessage?.headersSent) socket.destroy()
        else socket.end(formatAnswer(statuses[code] ?? 400), () => socket.destroy())
      })
  )
}

function formatAnswer(status: number): string {
  const body = JSON.stringify({ ...problem('invalid_request'), status })
  const lines = [...Object.entries(headers), ['Content-Length', Buffer.byteLength(body)], ['Connection', 'close']]
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines.map((line) => line.join(': ')), '', body].join('\r\n')
}
