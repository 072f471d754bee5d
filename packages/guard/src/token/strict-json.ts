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
  checkNames(text)
  return freeze(value as JsonObject)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new SyntaxError('not UTF-8')
  }
}

/** `JSON.parse` silently keeps the last of two members with one name, so the names are checked separately. */
function checkNames(json: string): void {
  // One entry for each open bracket: the names seen so far in an object, nothing for an array.
  const open: (Set<string> | undefined)[] = []
  for (let index = 0; index < json.length; index++) {
    const character = json[index]
    if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : undefined)
      if (open.length > maxDepth) throw new SyntaxError('nested too deeply')
    } else if (character === '}' || character === ']') {
      open.pop()
    } else if (character === '"') {
      const end = endOfString(json, index)
      if (followedByColon(json, end)) rememberName(open.at(-1)!, JSON.parse(json.slice(index, end)) as string)
      index = end - 1
    }
  }
}

function rememberName(names: Set<string>, name: string): void {
  if (names.has(name)) throw new SyntaxError('a member name appears twice')
  if (name === '__proto__') throw new SyntaxError('a member name is not allowed')
  names.add(name)
}

function endOfString(json: string, start: number): number {
  let index = start + 1
  while (json[index] !== '"') index += json[index] === '\\' ? 2 : 1
  return index + 1
}

// In valid JSON a string is a member name exactly where a colon comes next.
function followedByColon(json: string, end: number): boolean {
  let index = end
  while (json[index] === ' ' || json[index] === '\n' || json[index] === '\r' || json[index] === '\t') index++
  return json[index] === ':'
}

const loneSurrogate = /\p{Surrogate}/u

function freeze<T>(value: T): T {
  if (typeof value === 'string' && loneSurrogate.test(value)) throw new SyntaxError('a lone surrogate')
  if (typeof value !== 'object' || value === null) return value
  for (const [name, member] of Object.entries(value)) {
    freeze(name)
    freeze(member)
  }
  return Object.freeze(value)
}
