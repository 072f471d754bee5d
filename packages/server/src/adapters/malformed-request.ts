import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { RequestError } from '@hono/node-server'
import { problem, problemMediaType } from '@sessionward/protocol'

/** For `getRequestListener`: a problem where a request has no URL, such as one with a Host that is none. */
export const listenerOptions = {
  errorHandler(error: unknown): Response {
    const answer = problem(error instanceof RequestError ? 'invalid_request' : 'service_unavailable')
    const { status } = answer
    return new Response(JSON.stringify(answer), { status, headers })
  },
}

const headers = { 'Content-Type': problemMediaType, 'Cache-Control': 'no-store' }

/** The answer where something failed that is not expected to. */
export const unavailable = {
  status: problem('service_unavailable').status,
  headers,
  setCookies: [],
  body: JSON.stringify(problem('service_unavailable')),
}

/** The statuses that Node gives the errors of its parser; 400 for every other. */
const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** Answers with a problem, for a server that is ours, where Node itself would answer without a body. */
export function answerMalformed(server: Server): Server {
  return (
    server
      // An expectation that is not known may be ignored (RFC 9110 section 10.1.1).
      .on('checkExpectation', (request, response) => server.emit('request', request, response))
      .on('clientError', ({ code = '' }: NodeJS.ErrnoException, connection) => {
        const socket = connection as Socket & { readonly _httpMessage?: { readonly headersSent: boolean } }
        // As Node's own answer does: nothing in the middle of an answer that has begun.
        if (!socket.writable || socket._httpMessage?.headersSent) socket.destroy()
        else socket.end(answerTo(statuses[code] ?? 400), () => socket.destroy())
      })
  )
}

function answerTo(status: number): string {
  const body = JSON.stringify({ ...problem('invalid_request'), status })
  const lines = [...Object.entries(headers), ['Content-Length', Buffer.byteLength(body)], ['Connection', 'close']]
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines.map((line) => line.join(': ')), '', body].join('\r\n')
}
