/**
 * Reads the body of an answer, counting while it does: a length that was announced is only a claim.
 *
 * @param largest bytes
 * @param what the body is, in words for the operator
 * @throws Error where it is larger
 */
export async function readBody(response: Response, largest: number, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunksOf(response)) {
    length += chunk.length
    if (length > largest) throw new Error(`${what} is larger than ${largest} bytes`)
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
