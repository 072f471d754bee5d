/**
 * The `data` of each event in a body of server-sent events (HTML section 9.2.6), until it ends or the signal is aborted. The
 * auth server sends one `data` line for each event.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<string> {
  const reader = body.getReader()
  // Firefox has no TextDecoderStream before version 105.
  const decoder = new TextDecoder()
  const cancel = () => void reader.cancel().catch(() => {})
  // In Node, the signal of a request that has been collected as garbage does not end its answer.
  signal.addEventListener('abort', cancel)
  try {
    for (let rest = ''; ; ) {
      const { done, value } = await reader.read()
      if (done) return
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\r|\n/)
      rest = lines.pop()!
      for (const line of lines) if (line.startsWith('data: ')) yield line.slice(6)
    }
  } finally {
    cancel()
  }
}
