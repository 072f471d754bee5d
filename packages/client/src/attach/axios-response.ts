import type { AnswerView } from '../backend/backend.js'
import type { AxiosResponse } from './axios-library.js'

/** Larger bodies are not read as JSON. */
const maxJsonBytes = 1_000_000

/** The parts of text, bytes, a file and a stream that are used. */
type Body = Partial<Pick<string, 'length'> & Blob & ArrayBuffer & ReadableStream & { readonly pipe: unknown }>

/** The view of an adapter's response. Axios has not transformed it yet, so a JSON body may be a string or bytes. */
export function axiosResponseView(answer: AxiosResponse): AnswerView {
  const { status, request, data, header: headers = answer.headers } = answer
  const header = (name: string) => {
    for (const key in headers) if (key.toLowerCase() === name.toLowerCase()) return String(headers[key])
    return null
  }
  return {
    status,
    // Of XMLHttpRequest; the fetch adapter does not tell.
    url: request?.responseURL ?? '',
    header,
    async json(read) {
      // Some adapters have parsed it.
      if (data?.constructor === Object) return data
      let body = (data ?? '') as Body
      if ((body.byteLength ?? body.size ?? body.length)! > maxJsonBytes || body.pipe) return undefined
      // Axios takes text for JSON whatever its type, and so do many backends.
      const contentType = typeof data === 'string' ? 'json' : (header('Content-Type') ?? body.type ?? '')
      // Can be read once: one half is for the caller.
      if (body.tee) [answer.data, body] = body.tee()
      return await read(new Response(body as BodyInit, { headers: { 'Content-Type': contentType } }))
    },
  }
}
