import { z } from 'zod'
import { AnswerError } from '../answer-error.js'
import type { HttpRequest } from './http-request.js'

const maximumBytes = 64 * 1024
const maximumDepth = 32

/**
 * The JSON body of a request, checked against a schema. No body counts as `{}`.
 *
 * @throws AnswerError `invalid_request` that names the member and what was expected, never its value.
 */
export async function readJson<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(request)
  // Any page can send a form or text/plain without a preflight; JSON it cannot (Fetch section 2.2.2).
  if (text !== '') requireType(request, 'application/json')
  return check(text === '' ? {} : parseJson(text), schema)
}

/**
 * The form in the body of a request (RFC 6749 appendix B), checked against a schema. A parameter without a value counts as
 * left out, and none may occur twice (RFC 6749 section 3.1).
 *
 * @throws AnswerError as `readJson`.
 */
export async function readForm<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(request)
  if (text !== '') requireType(request, 'application/x-www-form-urlencoded')
  return check(parseForm(text), schema)
}

function requireType(request: HttpRequest, expected: string): void {
  const given = request.headers.get('Content-Type') ?? ''
  if (given === expected) return
  const [type] = given.split(';')
  if (type?.trim().toLowerCase() !== expected) {
    throw new AnswerError('invalid_request', `Content-Type must be ${expected}`)
  }
}

function check<T>(value: unknown, schema: z.ZodType<T>): T {
  const checked = schema.safeParse(value)
  if (checked.success) return checked.data
  const [issue] = checked.error.issues
  throw new AnswerError('invalid_request', `${nameOf(issue?.path, schema)}: ${issue?.message ?? 'not valid'}`)
}

/** A member that the schema names. Any other name is the caller's own text, which no answer repeats. */
function nameOf(path: readonly PropertyKey[] = [], schema: z.ZodType): string {
  const [first] = path
  if (first === undefined) return 'the body'
  const known = schema instanceof z.ZodObject && Object.hasOwn(schema.shape, first)
  return known ? `"${path.join('.')}"` : 'an unknown member'
}

function parseForm(text: string): Readonly<Record<string, string>> {
  const parameters = new Map<string, string>()
  const names = new Set<string>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
    const decoded = decodeForm(name)
    if (names.has(decoded)) throw new AnswerError('invalid_request', 'a parameter of the form occurs more than once')
    names.add(decoded)
    if (value !== '') parameters.set(decoded, decodeForm(value))
  }
  return Object.fromEntries(parameters)
}

function decodeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new AnswerError('invalid_request', 'the form is not percent-encoded UTF-8')
  }
}

function parseJson(text: string): unknown {
  const { depth, members } = measure(text)
  if (depth > maximumDepth) {
    throw new AnswerError('invalid_request', `the JSON is nested deeper than ${maximumDepth} levels`)
  }
  const value = parsed(text)
  // Two parsers in a row may each take another one of them (RFC 8259 section 4).
  if (countMembers(value) !== members) {
    throw new AnswerError('invalid_request', 'a member of the JSON occurs more than once')
  }
  return value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AnswerError('invalid_request', 'the body is not JSON')
  }
}

/** How deep the brackets nest and how many members are written. One pass, before the parser may spend its stack. */
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
async function readText(request: HttpRequest): Promise<string> {
  const declared = request.headers.get('Content-Length')
  if (declared === null) {
    return request.headers.has('Transfer-Encoding') || request.body ? decode(await readCounted(request)) : ''
  }
  if (declared === '0') return ''
  if (!(Number(declared) <= maximumBytes)) throw tooLarge()
  return decode(await whole(request.arrayBuffer()))
}

async function readCounted(request: HttpRequest): Promise<Uint8Array> {
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

/** A client that disconnects in the middle of its request is no error of this server, and not reported. */
async function whole<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch {
    throw new AnswerError('invalid_request', 'the body ended before it was complete')
  }
}

/** Two passwords that are not UTF-8 must not become one by replacement characters (RFC 8259 section 8.1). */
function decode(bytes: ArrayBuffer | Uint8Array): string {
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
