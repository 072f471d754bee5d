import type { IncomingMessage } from 'node:http'

/**
 * Restores the bytes of a body that an earlier body parser has read from the stream.
 *
 * @param body The parser's result: a value, or the original string or bytes.
 * @returns `{ error }` if the body was consumed and cannot be restored.
 */
export function restoreBody(request: IncomingMessage & { rawBody?: unknown }, body: unknown): { error?: unknown } {
  if (!request.readableEnded || Buffer.isBuffer(request.rawBody)) return {}
  if (body === undefined) return hadBody(request) ? { error: new BodyConsumedError() } : {}
  request.rawBody = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : toJson(body))
  return {}
}

/** Has the status of a body parser's error, and is answered like one. */
class BodyConsumedError extends Error {
  readonly status = 400
}

function hadBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** A value that nests too deeply cannot be serialised. The single bracket makes the request fail as invalid JSON. */
function toJson(body: unknown): string {
  try {
    return JSON.stringify(body)
  } catch {
    return '['
  }
}
