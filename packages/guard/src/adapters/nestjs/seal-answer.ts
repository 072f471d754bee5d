import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import type { Refusal } from '../../challenge.js'
import type { PageAnswer } from '../../page/page-request.js'
import { sendPage } from '../node-page.js'
import { sendRefusal } from '../refusal.js'

/** Headers that speak of a body, and not of the answer. */
const ofBody = ['content-encoding', 'content-length', 'etag', 'last-modified', 'transfer-encoding']

/**
 * Fixes the answer of a request before its exception reaches a filter: whatever the filter sends, in the idiom of Express or
 * Fastify, the status, the challenge and the body are those of the refusal. Both platforms end with Node's response, so that is
 * where it happens. A client that cannot read why it was refused cannot refresh.
 */
export function sealAnswer(response: ServerResponse, refusal: Refusal | PageAnswer): void {
  const { writeHead, write, end, flushHeaders } = response
  const unseal = () => Object.assign(response, { writeHead, write, end, flushHeaders })
  Object.assign(response, {
    writeHead(_status: number, ...rest: unknown[]) {
      takeHeaders(response, rest.at(-1))
      return response
    },
    write: () => true,
    flushHeaders: () => undefined,
    end(...rest: unknown[]) {
      unseal()
      for (const name of ofBody) response.removeHeader(name)
      const done = rest.at(-1)
      if (typeof done === 'function') response.once('finish', done as () => void)
      if ('setCookies' in refusal) sendPage(response, refusal)
      else sendRefusal(response, refusal)
      return response
    },
  })
}

/** Headers that only `writeHead` brings, as with Fastify: CORS among them. */
function takeHeaders(response: ServerResponse, headers: unknown): void {
  if (typeof headers !== 'object' || headers === null) return
  for (const [name, value] of Object.entries(headers as Record<string, OutgoingHttpHeader | undefined>)) {
    if (value !== undefined) response.setHeader(name, value)
  }
}
