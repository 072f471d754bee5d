import type { AnswerView } from '../backend/backend.js'
import type { JQueryResponse } from './jquery-library.js'

/** The view of a transport's response. jQuery has not converted it yet. */
export function jqueryResponseView([status, , responses, headers = '']: JQueryResponse, url = ''): AnswerView {
  // Not of the XMLHttpRequest: a browser complains in the console of each header that another origin does not expose.
  const header = (name: string) => new RegExp(`^${name}: *(.*)`, 'im').exec(headers)?.[1] ?? null
  return {
    status,
    url,
    header,
    async json(read) {
      const { text, binary } = responses ?? {}
      // jQuery takes text for JSON whatever its type, and so do many backends.
      const type = binary ? header('Content-Type')! : 'json'
      return await read(new Response((binary ?? text) as BodyInit, { headers: { 'Content-Type': type } }))
    },
  }
}
