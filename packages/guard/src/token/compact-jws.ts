import { type GuardError, invalidToken } from '../challenge.js'
import { decodeBase64urlPart } from './base64url.js'
import { type JsonObject, parseJsonObject } from './strict-json.js'

/** The three parts of a token in compact serialisation (RFC 7515 section 7.1), decoded but not verified. */
export interface CompactJws {
  readonly header: Uint8Array
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  /** The signed bytes: the first two parts as received, in ASCII. */
  readonly signed: Uint8Array
}

const maxTokenLength = 8192
const dot = 0x2e
const threeParts = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
const utf8 = new TextEncoder()

/**
 * Parses a token: at most 8 kB, three base64url parts separated by dots. This excludes the JSON serialisation (RFC 8725bis
 * section 3.14).
 *
 * @throws GuardError `access_token_invalid`
 */
export function readCompactJws(token: string): CompactJws {
  if (token.length > maxTokenLength) throw invalidToken('The token is longer than 8 kB.')
  const bytes = utf8.encode(token)
  const [first, last] = [bytes.indexOf(dot), bytes.lastIndexOf(dot)]
  if (first === last) throw malformed(token)
  const header = decodeBase64urlPart(bytes, 0, first)
  // A further dot is in this part, where it is a foreign character.
  const payload = decodeBase64urlPart(bytes, first + 1, last)
  const signature = decodeBase64urlPart(bytes, last + 1, bytes.length)
  if (!header?.length || !payload?.length || !signature?.length) throw malformed(token)
  return { header, payload, signature, signed: bytes.subarray(0, last) }
}

function malformed(token: string): GuardError {
  return threeParts.test(token)
    ? invalidToken('A part of the token is not canonical base64url.')
    : invalidToken('The token does not consist of three base64url parts separated by dots.')
}

/** @throws GuardError `access_token_invalid` where the part is not a strict JSON object. */
export function readJsonPart(name: 'header' | 'payload', bytes: Uint8Array): JsonObject {
  try {
    return parseJsonObject(bytes)
  } catch {
    // The reason would quote the token, so the message only names the part.
    throw invalidToken(`The token's ${name} is not a strict JSON object.`)
  }
}
