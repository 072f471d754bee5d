import type { IncomingMessage } from 'node:http'

/** A request that a body parser may have read. */
export type MaybeParsed = IncomingMessage & { readonly body?: unknown }

/**
 * The body of a form as `application/x-www-form-urlencoded`: read from the request, or written again from what a body parser
 * has made of it.
 *
 * @param body what a parser has left elsewhere. Default: `request.body`
 * @returns undefined where it is longer than `limit` bytes, or a parser has read it and left nothing
 */
export async function readNodeForm(
  request: MaybeParsed,
  limit: number,
  body = request.body,
): Promise<string | undefined> {
  if (!request.readableDidRead) return readText(request, limit)
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new TextDecoder().decode(body)
  if (typeof body !== 'object' || body === null) return undefined
  const form = new URLSearchParams(Object.entries(body).flatMap(([name, value]) => flatten(name, value))).toString()
  return form.length > limit ? undefined : form
}

async function readText(request: IncomingMessage, limit: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  // `for await` would destroy the request, and with it the connection that the response needs.
  return new Promise((resolve) => {
    request.on('data', (chunk: Uint8Array) => {
      length += chunk.length
      if (length <= limit) chunks.push(chunk)
      else resolve(undefined)
    })
    request.once('end', () => resolve(Buffer.concat(chunks).toString()))
    // Without a listener, the error of a disconnected client would end the process.
    request.once('error', () => resolve(undefined))
    request.once('close', () => resolve(undefined))
  })
}

/** Fields as qs and querystring read them: `a=1&a=2` for a list, `a[b]=1` for an object. */
function flatten(name: string, value: unknown): [string, string][] {
  if (Array.isArray(value)) {
    const isFlat = value.every((one) => typeof one !== 'object')
    return value.flatMap((one, index) => flatten(isFlat ? name : `${name}[${index}]`, one))
  }
  if (typeof value !== 'object' || value === null) return [[name, String(value ?? '')]]
  return Object.entries(value).flatMap(([key, one]) => flatten(`${name}[${key}]`, one))
}
