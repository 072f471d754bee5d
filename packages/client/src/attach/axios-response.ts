import type { AnswerView } from '../backend/backend.js'
import type { AxiosResponse } from './axios-library.js'

/** Larger bodies are not read as JSON. */
const maxJsonBytes = 1_000_000

/** The parts of text, bytes, a file and a stream that are used. */
type Body = Partial<Pick<string, 'length'> & Blob & ArrayBuffer & ReadableStream & { readonly pipe: unknown }>

/** The view of an adapter's response. Axios has not transformed it yet, so a JSON body may be a string or bytes. */
export function axiosResponseView(answer: AxiosResponse, requestUrl: URL): AnswerView {
  const { status, request, data, header: headers = answer.headers } = answer
  // Of XMLHttpRequest; the fetch adapter does not tell.
  const url = request?.responseURL ?? ''
  const header = (name: string) => {
    for (const key in headers) if (key.toLowerCase() === name.toLowerCase()) return String(headers[key])
    return null
  }
  return {
    status,
    url,
    // Without the query: a serializer may have put the time into it.
    redirected: !!url && url.split('?')[0] !== requestUrl.origin + requestUrl.pathname,
    header,
    async json(read) {
      // Some adapters have parsed it.
      if (data?.constructor === Object) return data
      const { type = '', pipe, tee, length, size = length, byteLength = size } = (data ?? {}) as Body
      if (byteLength! > maxJsonBytes || pipe) return undefined
      let body = data as BodyInit
      // Can be read once: one half is for the caller.
      if (tee) [answer.data, body] = (data as ReadableStream).tee()
      // Axios takes text for JSON whatever its type, and so do many backends.
      const contentType = typeof data === 'string' ? 'json' : (header('Content-Type') ?? type)
      return await read(new Response(body, { headers: { 'Content-Type': contentType } }))
    },
  }
}
