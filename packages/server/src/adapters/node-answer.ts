import type { ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import type { Answerer } from '../auth-server.js'

type WebStream = Parameters<typeof Readable.fromWeb>[0]
type Answer = NonNullable<Awaited<ReturnType<Answerer>>>

/** Writes an answer to Node's response, without a `Response`. */
export function writeAnswer(outgoing: ServerResponse, { status, headers, setCookies, body }: Answer): void {
  const all: Record<string, string | string[]> = {}
  // Not a spread: the V8 of Node 20 is slow to add properties to a spread object.
  for (const name in headers) all[name] = headers[name]!
  if (setCookies.length > 0) all['Set-Cookie'] = [...setCookies]
  if (typeof body === 'string') all['Content-Length'] = String(Buffer.byteLength(body))
  outgoing.writeHead(status, all)
  if (body === null || typeof body === 'string') outgoing.end(body)
  // Event streams do not get here: they are written to their sinks.
  else pipeline(Readable.fromWeb(body as WebStream), outgoing, () => {})
}
