import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import type { Refusal } from '../../challenge.js'
import type { PageAnswer } from '../../page/page-request.js'
import { sendPage } from '../node-page.js'
import { sendRefusal } from '../refusal.js'

/** Headers that describe the body that a filter would have sent. */
const bodyHeaders = ['content-encoding', 'content-length', 'etag', 'last-modified', 'transfer-encoding']

/**
 * Fixes the response before the exception reaches a filter: whatever the filter sends, the status, the challenge and the body are
 * those of the refusal, because a client that cannot read why it was refused cannot refresh. Works on Node's response, which
 * Express and Fastify share.
 */
export function lockResponse(response: ServerResponse, refusal: Refusal | PageAnswer): void {
  const { writeHead, write, end, flushHeaders } = response
  const unlock = () => Object.assign(response, { writeHead, write, end, flushHeaders })
  Object.assign(response, {
    writeHead(_status: number, ...rest: unknown[]) {
      copyHeaders(response, rest.at(-1))
      return response
    },
    write: () => true,
    flushHeaders: () => undefined,
    end(...rest: unknown[]) {
      unlock()
      for (const name of bodyHeaders) response.removeHeader(name)
      const done = rest.at(-1)
      if (typeof done === 'function') response.once('finish', done as () => void)
      if ('setCookies' in refusal) sendPage(response, refusal)
      else sendRefusal(response, refusal)
      return response
    },
  })
}

/** Fastify passes headers, such as those of CORS, only to `writeHead`. */
function copyHeaders(response: ServerResponse, headers: unknown): void {
  if (typeof headers !== 'object' || headers === null) return
  for (const [name, value] of Object.entries(headers as Record<string, OutgoingHttpHeader | undefined>)) {
    if (value !== undefined) response.setHeader(name, value)
  }
}
