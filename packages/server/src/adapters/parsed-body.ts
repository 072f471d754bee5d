import type { IncomingMessage } from 'node:http'

/**
 * Makes bytes again of what a body parser that ran before has made of the body: it has read the stream to its end.
 *
 * @param body what the parser left: a value, or the text or bytes as they came
 * @returns `{ error }` if the body is gone, and nobody can know what it was
 */
export function restoreBody(request: IncomingMessage & { rawBody?: unknown }, body: unknown): { error?: unknown } {
  if (!request.readableEnded || Buffer.isBuffer(request.rawBody)) return {}
  if (body === undefined) return hadBody(request) ? { error: new BodyGone() } : {}
  request.rawBody = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : toJson(body))
  return {}
}

/** What the auth server takes for an error of a body parser. */
class BodyGone extends Error {
  readonly status = 400
}

function hadBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** JSON that nests deeper than the stack cannot be serialised. The lone bracket is refused for what it is: not JSON. */
function toJson(body: unknown): string {
  try {
    return JSON.stringify(body)
  } catch {
    return '['
  }
}
