const largest = 65_536

/** The body of a copy, if it is JSON of at most 64 kB, so that the caller can still read it; else undefined. */
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
  for (let text = ''; ; ) {
    const { done, value } = await reader.read()
    if (done) return JSON.parse(text)
    text += decoder.decode(value, { stream: true })
    if (text.length > largest) return void reader.cancel()
  }
}
