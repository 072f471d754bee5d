import type { AnswerView } from './backend.js'

const largest = 65_536

/** What is judged of a `Response`. Of a body that is small JSON a copy is read, so that the caller can still read it. */
export function responseView(response: Response): AnswerView {
  const { status, url, redirected, headers } = response
  const header = (name: string) => headers.get(name)
  return {
    status,
    url,
    redirected,
    header,
    async json() {
      // Of other bodies there is no copy: nothing could cancel them any more.
      if (!/\bjson\b/i.test(header('Content-Type') ?? '') || Number(header('Content-Length')) > largest)
        return undefined
      return await readJson(response.clone()).catch(() => undefined)
    },
  }
}

async function readJson({ body }: Response): Promise<unknown> {
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  for (let text = ''; ; ) {
    const { done, value } = await reader.read()
    if (done) return JSON.parse(text)
    text += value
    if (text.length > largest) return void reader.cancel()
  }
}
