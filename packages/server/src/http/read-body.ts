import { z } from 'zod'
import { AnswerError } from '../answer-error.js'
import { type HttpRequest, urlOf } from './http-request.js'

const maxBytes = 64 * 1024
const maxDepth = 32

/**
 * Reads a JSON body and validates it with a schema. An empty body counts as `{}`.
 *
 * @throws AnswerError `invalid_request` that names the member and what was expected, never its value.
 */
export async function readJson<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(request)
  // Pages of other origins can send forms and text/plain without a preflight, but not JSON (Fetch section 2.2.2).
  if (text !== '') requireType(request, 'application/json')
  return check(text === '' ? {} : parseJson(text), schema)
}

/**
 * Reads a form body (RFC 6749 appendix B) and validates it with a schema. A parameter without a value counts as omitted, and none
 * may occur twice (RFC 6749 section 3.1).
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
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new AnswerError('invalid_request', `${nameOf(issue?.path, schema)}: ${issue?.message ?? 'not valid'}`)
}

/** The name of a member in the schema. Other names come from the caller and are never repeated in an answer. */
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
  if (depth > maxDepth) {
    throw new AnswerError('invalid_request', `the JSON is nested deeper than ${maxDepth} levels`)
  }
  const value = parseOrRefuse(text)
  // Of duplicate members, different parsers may use different ones (RFC 8259 section 4).
  if (countMembers(value) !== members) {
    throw new AnswerError('invalid_request', 'a member of the JSON occurs more than once')
  }
  return value
}

function parseOrRefuse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AnswerError('invalid_request', 'the body is not JSON')
  }
}

/** Nesting depth and number of members, in one pass before the recursive parser runs. */
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
 * Reads the body as a string of at most 64 kB. HTTP framing enforces a declared length; without one the bytes are counted as they
 * arrive. `request.body` is not touched otherwise, because that creates a stream.
 */
async function readText(request: HttpRequest): Promise<string> {
  const declared = request.headers.get('Content-Length')
  if (declared === null) {
    // With an invalid host `body` cannot be read, and that would count as an error of this server.
    urlOf(request)
    return request.headers.has('Transfer-Encoding') || request.body ? decode(await readCounted(request)) : ''
  }
  if (declared === '0') return ''
  if (!(Number(declared) <= maxBytes)) throw tooLarge()
  return decode(await readOrRefuse(request.arrayBuffer()))
}

async function readCounted(request: HttpRequest): Promise<Uint8Array> {
  const reader = request.body?.getReader()
  if (!reader) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let read = await readOrRefuse(reader.read()); !read.done; read = await readOrRefuse(reader.read())) {
    length += read.value.byteLength
    if (length > maxBytes) {
      await reader.cancel()
      throw tooLarge()
    }
    chunks.push(read.value)
  }
  return Buffer.concat(chunks)
}

/** A client that disconnects during its request is not an error of this server, so it is not reported. */
async function readOrRefuse<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch {
    throw new AnswerError('invalid_request', 'the body ended before it was complete')
  }
}

/** Refuses invalid UTF-8, because replacement characters would make different passwords equal (RFC 8259 section 8.1). */
function decode(bytes: ArrayBuffer | Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new AnswerError('invalid_request', 'the body is not UTF-8')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function tooLarge(): AnswerError {
  return new AnswerError('invalid_request', `the body is larger than ${maxBytes} bytes`)
}
