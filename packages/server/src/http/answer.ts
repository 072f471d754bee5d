import { LiveStream } from '../revocation/live-stream.js'
import { type OpenSink, toReadableStream } from './event-stream.js'

/**
 * The answer of an endpoint before it becomes a `Response`. A plain value, because creating and changing the headers of a `Response`
 * takes as long as signing an access token.
 */
export interface Answer {
  readonly status: number
  /** Headers with one value each. */
  readonly headers: Readonly<Record<string, string>>
  readonly setCookies: readonly string[]
  readonly body: string | ReadableStream<Uint8Array> | LiveStream | null
}

/** A JSON answer that no cache may keep (RFC 9111 section 5.2.2.5; RFC 6749 section 5.1 wants both headers). */
export function jsonAnswer(body: unknown, status = 200, setCookies: readonly string[] = []): Answer {
  return { status, headers: jsonHeaders, setCookies, body: JSON.stringify(body) }
}

/** An answer without content that no cache may keep. */
export function emptyAnswer(setCookies: readonly string[] = []): Answer {
  return { status: 204, headers: { 'Cache-Control': 'no-store' }, setCookies, body: null }
}

const jsonHeaders = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', Pragma: 'no-cache' }

/** Not a spread: the V8 of Node 20 takes ten times as long to spread a second object. */
export function mergeHeaders(further: Answer['headers'], own: Answer['headers']): Answer['headers'] {
  const all: Record<string, string> = {}
  for (const name in further) all[name] = further[name]!
  for (const name in own) all[name] = own[name]!
  return all
}

/**
 * @param further Headers of every answer to this request.
 * @param openSink Writes an event stream past the `Response`, which is to be dropped then.
 */
export function toResponse(
  { status, headers, setCookies, body }: Answer,
  further: Answer['headers'],
  openSink?: OpenSink,
): Response {
  const all = { ...further, ...headers }
  const [cookie, ...others] = setCookies
  if (cookie !== undefined) Object.assign(all, { 'Set-Cookie': cookie })
  if (openStream({ status, headers: all, body }, openSink)) return new Response(null, { status })
  const response = new Response(body instanceof LiveStream ? toReadableStream(body) : body, { status, headers: all })
  for (const other of others) response.headers.append('Set-Cookie', other)
  return response
}

/** Writes an event stream to the adapter's sink. @returns Whether the answer is an event stream that has a sink. */
export function openStream(answer: Omit<Answer, 'setCookies'>, openSink: OpenSink | undefined): boolean {
  const { status, headers, body } = answer
  if (!(body instanceof LiveStream && openSink)) return false
  body.attach(openSink(status, headers, () => body.close()))
  return true
}
