import type { PageAnswer, PageRequest } from '../page/page-request.js'

/** A web-standard request as a page guard reads it. */
export function pageFromRequest(request: Request): PageRequest {
  const { method, url, headers } = request
  return { method, url, headers, key: request, form: (limit) => readForm(request, limit) }
}

/** The answer of a page guard as a web-standard response. */
export function toResponse({ status, headers, setCookies, body }: PageAnswer): Response {
  const all = new Headers(headers)
  for (const one of setCookies) all.append('set-cookie', one)
  return new Response(status === 204 ? null : body, { status, headers: all })
}

async function readForm(request: Request, limit: number): Promise<string | undefined> {
  if (request.bodyUsed) return undefined
  const reader = request.body?.getReader()
  const decoder = new TextDecoder()
  let [text, length] = ['', 0]
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.length
    if (length > limit) {
      void reader?.cancel().catch(() => {})
      return undefined
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}
