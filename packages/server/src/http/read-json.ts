import { z } from 'zod'
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
  const checked = schema.safeParse(text === '' ? {} : parseJson(text, request.headers.get('Content-Type')))
  if (checked.success) return checked.data
  const [issue] = checked.error.issues
  throw new AnswerError('invalid_request', `${nameOf(issue?.path, schema)}: ${issue?.message ?? 'not as expected'}`)
}

/** A member that the schema names; any other name is the caller's own words, which no answer repeats. */
function nameOf(path: readonly PropertyKey[] = [], schema: z.ZodType): string {
  const [first] = path
  if (first === undefined) return 'the body'
  const known = schema instanceof z.ZodObject && Object.hasOwn(schema.shape, first)
  return known ? `"${path.join('.')}"` : 'a further member'
}

function parseJson(text: string, contentType: string | null): unknown {
  // A form or text/plain can be sent by any page without asking first; JSON cannot (Fetch section 2.2.2).
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? '')) {
    throw new AnswerError('invalid_request', 'Content-Type must be application/json')
  }
  const { depth, members } = measure(text)
  if (depth > maximumDepth) {
    throw new AnswerError('invalid_request', `the JSON is nested deeper than ${maximumDepth} levels`)
  }
  const value = parsed(text)
  // Two parsers in a row may each believe another one of them (RFC 8259 section 4).
  if (countMembers(value) !== members) throw new AnswerError('invalid_request', 'a member of the JSON appears twice')
  return value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AnswerError('invalid_request', 'the body is not JSON')
  }
}

/** How deep the brackets nest and how many members are spelled. One pass, before the parser may spend its stack. */
function measure(text: string): { readonly depth: number; readonly members: number } {
  let open = 0
  let depth = 0
  let members = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at)
    else if (character === '{' || character === '[') depth = Math.max(depth, ++open)
    else if (character === '}' || character === ']') open--
    else if (character === ':') members++
  }
  return { depth, members }
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inside = Object.values(value)
  const own = Array.isArray(value) ? 0 : inside.length
  return inside.reduce((count, member) => count + countMembers(member), own)
}

/**
 * The body as text, at most 64 kB. A declared length is believed, because HTTP framing holds a client to it; without one the
 * bytes are counted as they come. Nothing else touches `request.body`, which would cost a stream for each request.
 */
async function readText(request: Request): Promise<string> {
  const declared = request.headers.get('Content-Length')
  if (declared === null) {
    return request.headers.has('Transfer-Encoding') || request.body ? decode(await readCounted(request)) : ''
  }
  if (declared === '0') return ''
  if (!(Number(declared) <= maximumBytes)) throw tooLarge()
  return decode(new Uint8Array(await whole(request.arrayBuffer())))
}

async function readCounted(request: Request): Promise<Uint8Array> {
  const reader = request.body?.getReader()
  if (!reader) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let read = await whole(reader.read()); !read.done; read = await whole(reader.read())) {
    length += read.value.byteLength
    if (length > maximumBytes) {
      await reader.cancel()
      throw tooLarge()
    }
    chunks.push(read.value)
  }
  return Buffer.concat(chunks)
}

/** A client that went away in the middle of its request is no fault of ours, and nothing to tell the operator. */
async function whole<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch {
    throw new AnswerError('invalid_request', 'the body ended too early')
  }
}

/** Two passwords that are not UTF-8 must not become one by replacement characters (RFC 8259 section 8.1). */
function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new AnswerError('invalid_request', 'the body is not UTF-8')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function tooLarge(): AnswerError {
  return new AnswerError('invalid_request', `the body is larger than ${maximumBytes} bytes`)
}
