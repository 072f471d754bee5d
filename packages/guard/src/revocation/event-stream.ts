import { maxMessageSize } from './message-size.js'

/**
 * Yields the `data` of each server-sent event in a body (WHATWG HTML section 9.2.6). Event names, ids and comments are ignored.
 *
 * @throws Error if an event has more than `maxLength` characters
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  maxLength = maxMessageSize,
): AsyncGenerator<string> {
  const reader = body.getReader()
  const utf8 = new TextDecoder()
  let rest = ''
  let data: string[] = []
  let length = 0
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const text = utf8.decode(part.value, { stream: true })
      length += text.length
      if (length > maxLength) throw new Error('an event of the revocation feed is too long')
      rest += text
      // A snapshot is one long line in many chunks. Splitting all of it for each chunk would take quadratic time.
      if (!/[\r\n]/.test(text)) continue
      // A line may end in CR LF, and the next chunk may begin with the LF.
      const lines = rest.split(/\r\n|\n|\r(?=.)/s)
      rest = lines.pop()!
      for (const line of lines) {
        if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
        if (line !== '') continue
        if (data.length > 0) yield data.join('\n')
        data = []
        length = 0
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}
