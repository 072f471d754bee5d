import { readBody } from '../read-body.js'
import { type JsonObject, parseJsonObject } from '../token/strict-json.js'

const maxBytes = 131_072

/**
 * Fetches a JSON Web Key Set (RFC 7517 section 5). Redirects are not followed, and the response is limited to five seconds and
 * 128 kB, because the server at the configured address is not fully trusted.
 *
 * @param timeout milliseconds, for the whole of the answer
 * @throws Error with the reason
 */
export async function fetchJwks(uri: string, fetch: typeof globalThis.fetch, timeout = 5000): Promise<JsonObject> {
  const response = await fetch(uri, {
    // A proxy may cache the set from before a rotation (RFC 9111 section 5.2.1.4).
    headers: { accept: 'application/jwk-set+json, application/json', 'cache-control': 'no-cache' },
    // Not `error`, which some runtimes do not support.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeout),
  })
  if (response.status !== 200) {
    void response.body?.cancel()
    throw new Error(`the key set was returned with status ${response.status} instead of 200`)
  }
  return parseJsonObject(await readBody(response, maxBytes, 'the key set'))
}
