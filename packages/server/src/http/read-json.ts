import type { z } from 'zod'
import { AnswerError } from '../answer-error.js'

const maximumBytes = 64 * 1024
const maximumDepth = 32

/**
 * The JSON body of a request, checked against a schema. No body counts as `{}`.
 *
 * @throws AnswerError `invalid_request` that names the member and what was expected, never its value.
 */
export async function readJson<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(request)
  const parsed = schema.safeParse(text === '' ? {} : parseJson(text, request.headers.get('Content-Type')))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.length ? `"${issue.path.join('.')}"` : 'the body'
  throw new AnswerError('invalid_request', `${where}: ${issue?.message ?? 'not as expected'}`)
}

function parseJson(text: string, contentType: string | null): unknown {
  // A form or text/plain can be sent by any page without asking first; JSON cannot (Fetch section 2.2.2).
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? '')) {
    throw new AnswerError('invalid_request', 'Content-Type must be application/json')
  }
  if (depthOf(text) > maximumDepth) {
    throw new AnswerError('invalid_request', `the JSON is nested deeper than ${maximumDepth} levels`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new AnswerError('invalid_request', 'the body is not JSON')
  }
}

/** How deep the brackets nest, texts left out. One pass, before the parser may spend its stack. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, ++depth)
    else if (token === '}' || token === ']') depth--
  }
  return deepest
}

/**
 * The body as text, at most 64 kB. A declared length is believed, because HTTP framing holds a client to it; without one the
 * bytes are counted as they come. Nothing else touches `request.body`, which would cost a stream for each request.
 */
async function readText(request: Request): Promise<string> {
  const declared = request.headers.get('Content-Length')
  if (declared === null) {
    return request.headers.has('Transfer-Encoding') || request.body ? readCounted(request) : ''
  }
  if (declared === '0') return ''
  if (Number(declared) > maximumBytes) throw tooLarge()
  return request.text()
}

async function readCounted(request: Request): Promise<string> {
  const reader = request.body?.getReader()
  if (!reader) return ''
  const chunks: Uint8Array[] = []
  let length = 0
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.byteLength
    if (length > maximumBytes) {
      await reader.cancel()
      throw tooLarge()
    }
    chunks.push(read.value)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function tooLarge(): AnswerError {
  return new AnswerError('invalid_request', `the body is larger than ${maximumBytes} bytes`)
}
