/**
 * Reads the body of a response up to a limit. `Content-Length` is not trusted.
 *
 * @param maxBytes largest accepted size
 * @param what the body is, in words for the operator
 * @throws Error where it is larger
 */
export async function readBody(response: Response, maxBytes: number, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunksOf(response)) {
    length += chunk.length
    if (length > maxBytes) throw new Error(`${what} is larger than ${maxBytes} bytes`)
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
    // Also runs if the consumer throws, so that the connection is released.
    void reader.cancel().catch(() => undefined)
  }
}
