import type { ServerResponse } from 'node:http'
import type { PageAnswer, PageRequest } from '../page/page-request.js'
import { type MaybeParsed, readNodeForm } from './node-form.js'
import { fromNode } from './node-request.js'

/** A Node request as a page guard reads it. @param url where a router has changed `request.url` */
export function pageFromNode(request: MaybeParsed, url = request.url): PageRequest {
  return { ...fromNode(request, url), key: request, form: (limit) => readNodeForm(request, limit) }
}

/** Sends the answer of a page guard. Cookies that were set before stay. */
export function sendPage(response: ServerResponse, { status, headers, setCookies, body }: PageAnswer): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (setCookies.length > 0) {
    const before = [response.getHeader('set-cookie') ?? []].flat().map(String)
    response.setHeader('set-cookie', [...before, ...setCookies])
  }
  response.end(body)
}
