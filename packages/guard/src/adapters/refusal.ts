import type { ServerResponse } from 'node:http'
import type { Refusal } from '../challenge.js'

const exposed = 'WWW-Authenticate'

/** Name of the header that lets a page of another origin read others (Fetch standard, CORS protocol). */
export const exposeHeaders = 'access-control-expose-headers'

/**
 * Adds `WWW-Authenticate` to the `Access-Control-Expose-Headers` that the application has set: without it a page of another
 * origin cannot distinguish an expired token from an ended session.
 */
export function withChallengeExposed(set: number | string | readonly string[] | null | undefined): string {
  const names = [set ?? []].flat().flatMap((value) => String(value).split(','))
  const others = names.map((name) => name.trim()).filter((name) => name !== '')
  const isThere = others.some((name) => name.toLowerCase() === exposed.toLowerCase())
  return [...others, ...(isThere ? [] : [exposed])].join(', ')
}

/** Sends a refusal on a Node response. Keeps headers that were set before, except those that the refusal sets itself. */
export function sendRefusal(response: ServerResponse, { status, headers, body }: Refusal): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if ('www-authenticate' in headers) {
    response.setHeader(exposeHeaders, withChallengeExposed(response.getHeader(exposeHeaders)))
  }
  response.end(body)
}

/** The refusal as a web-standard `Response`. */
export function toResponse({ status, headers, body }: Refusal): Response {
  const exposing = 'www-authenticate' in headers ? { [exposeHeaders]: withChallengeExposed(undefined) } : {}
  return new Response(body, { status, headers: { ...headers, ...exposing } })
}
