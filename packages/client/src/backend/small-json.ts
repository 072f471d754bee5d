const largest = 65_536

/** Milliseconds. An answer that comes drop by drop, such as a stream of JSON lines, goes to the caller unread. */
const deadline = 5000

/** The body of a copy, if it is JSON of at most 64 kB that has come in 5 s, so that the caller can still read it; else undefined. */
export async function readSmallJson(response: Response): Promise<unknown> {
  const header = (name: string) => response.headers.get(name)
  // Of other bodies there is no copy: nothing could cancel them any more.
  if (!/\bjson\b/i.test(header('Content-Type') ?? '') || Number(header('Content-Length')) > largest) return undefined
  return await readJson(response.clone()).catch(() => undefined)
}

async function readJson({ body }: Response): Promise<unknown> {
  const reader = body!.getReader()
  // Firefox has no TextDecoderStream before version 105.
  const decoder = new TextDecoder()
  let late = false
  // A read that waits ends with the reader.
  const timer = setTimeout(() => {
    late = true
    reader.cancel().catch(() => {})
  }, deadline)
  try {
    for (let text = ''; ; ) {
      const { done, value } = await reader.read()
      if (late) return undefined
      if (done) return JSON.parse(text)
      text += decoder.decode(value, { stream: true })
      if (text.length > largest) return void reader.cancel()
    }
  } finally {
    clearTimeout(timer)
  }
}
