/** A JSON object, deeply frozen, because requests with the same token share its claims. */
export type JsonObject = Readonly<Record<string, unknown>>

const maxDepth = 32

/**
 * Parses a JSON object strictly (I-JSON, RFC 7493 section 2): UTF-8 without a byte order mark, no duplicate member names, no
 * lone surrogates. Parsers that resolve duplicate names differently could read different subjects in one token.
 *
 * Also refuses more than 32 levels, and the name `__proto__`, which copying could turn into a prototype.
 *
 * @throws SyntaxError
 */
export function parseJsonObject(bytes: Uint8Array): JsonObject {
  const text = decodeUtf8(bytes)
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('not a JSON object')
  // `JSON.parse` silently keeps the last of two members with one name: then the text has more members than the value.
  if (freeze(value, 1) !== countMembers(bytes)) throw new SyntaxError('a member name appears twice')
  // In well-formed UTF-8 only an escape can stand for one.
  if (text.includes('\\u')) refuseLoneSurrogates(value)
  return value as JsonObject
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new SyntaxError('not UTF-8')
  }
}

/** Freezes a value with all that is in it. @returns how many members its objects have */
function freeze(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > maxDepth) throw new SyntaxError('nested too deeply')
  const isArray = Array.isArray(value)
  let members = 0
  for (const name of Object.keys(value)) {
    if (name === '__proto__') throw new SyntaxError('a member name is not allowed')
    if (!isArray) members++
    members += freeze((value as JsonObject)[name], depth + 1)
  }
  Object.freeze(value)
  return members
}

const [quote, colon, backslash] = [0x22, 0x3a, 0x5c]

/** How many members all objects of a valid JSON text have: as many as there are colons outside its strings. */
function countMembers(json: Uint8Array): number {
  let members = 0
  for (let index = 0; index < json.length; index++) {
    if (json[index] === colon) members++
    else if (json[index] === quote) index = endOfString(json, index)
  }
  return members
}

/** Where the closing quote of a string is. */
function endOfString(json: Uint8Array, start: number): number {
  let index = start + 1
  while (json[index] !== quote) index += json[index] === backslash ? 2 : 1
  return index
}

const loneSurrogate = /\p{Surrogate}/u

function refuseLoneSurrogates(value: unknown): void {
  if (typeof value === 'string' && loneSurrogate.test(value)) throw new SyntaxError('a lone surrogate')
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    refuseLoneSurrogates(name)
    refuseLoneSurrogates(member)
  }
}
