/** The `data` of each event in a body of server-sent events (HTML section 9.2.6). Ours have one line of it. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  try {
    for (let rest = ''; ; ) {
      const { done, value } = await reader.read()
      if (done) return
      const lines = (rest + value).split(/\r\n|\r|\n/)
      rest = lines.pop()!
      for (const line of lines) if (line.startsWith('data: ')) yield line.slice(6)
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}
