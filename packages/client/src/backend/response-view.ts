import type { AnswerView } from './backend.js'

/** What is judged of a `Response`. */
export function responseView(response: Response): AnswerView {
  const { status, url, redirected, headers } = response
  return { status, url, redirected, header: (name) => headers.get(name), json: (read) => read(response) }
}
