import { type JsonObject, parseJsonObject } from '../token/strict-json.js'

const largest = 131_072

/**
 * Fetches a JSON Web Key Set (RFC 7517 section 5). No redirect is followed, five seconds and 128 kB are enough: the
 * address is configured, but what answers there need not be the auth server.
 *
 * @param timeout milliseconds, for the whole of the answer
 * @throws Error with the reason
 */
export async function fetchJwks(uri: string, fetch: typeof globalThis.fetch, timeout = 5000): Promise<JsonObject> {
  const response = await fetch(uri, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    // `error` would say the same, but not every runtime has it.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeout),
  })
  if (response.status !== 200) {
    void response.body?.cancel()
    throw new Error(`the key set was answered with status ${response.status} and not 200`)
  }
  return parseJsonObject(await readBody(response))
}

/** Counts while it reads: a length that was announced is only a claim. */
async function readBody(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunksOf(response)) {
    length += chunk.length
    if (length > largest) throw new Error(`the key set is larger than ${largest} bytes`)
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  if (!reader) return
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value
  } finally {
    // Also reached when the reader of this generator throws: the rest is not wanted.
    void reader.cancel().catch(() => undefined)
  }
}
