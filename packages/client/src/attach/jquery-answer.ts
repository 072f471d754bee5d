import type { AnswerView } from '../backend/backend.js'
import type { JQueryAnswer } from './jquery-library.js'

/** Bytes. What is longer is not even copied; of the rest, `read` takes as much as it wants. */
const largest = 1_000_000

/** What is judged of a transport's answer. jQuery has not converted it yet. */
export function jqueryView([status, , responses, headers = '']: JQueryAnswer, url: string, asked: URL): AnswerView {
  // Not of the XMLHttpRequest: a browser complains in the console of each header that another origin does not expose.
  const header = (name: string) => new RegExp(`^${name}:[ \t]*(.*?)\r?$`, 'im').exec(headers)?.[1] ?? null
  return {
    status,
    url,
    redirected: !!url && url.split('?')[0] !== asked.origin + asked.pathname,
    header,
    async json(read) {
      const { text, binary } = responses ?? {}
      // The browser has parsed it: `responseType: 'json'`.
      if (binary?.constructor === Object) return binary
      const { type = '', size = 0, byteLength = size } = (binary ?? {}) as Partial<Blob & ArrayBuffer>
      if (byteLength > largest) return undefined
      // jQuery takes text for JSON whatever its type, and so do many backends.
      const contentType = binary ? (header('Content-Type') ?? type) : 'json'
      return await read(new Response((binary ?? text) as BodyInit, { headers: { 'Content-Type': contentType } }))
    },
  }
}
