import { invalidToken } from '../challenge.js'
import { decodeBase64url } from './base64url.js'
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
const threeParts = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/
const ascii = new TextEncoder()

/**
 * Parses a token: at most 8 kB, three base64url parts separated by dots. This excludes the JSON serialisation (RFC 8725bis
 * section 3.14).
 *
 * @throws GuardError `access_token_invalid`
 */
export function readCompactJws(token: string): CompactJws {
  if (token.length > maxTokenLength) throw invalidToken('The token is longer than 8 kB.')
  const parts = threeParts.exec(token)
  if (!parts) throw invalidToken('The token does not consist of three base64url parts separated by dots.')
  const [header, payload, signature] = [
    decodeBase64url(parts[1]!),
    decodeBase64url(parts[2]!),
    decodeBase64url(parts[3]!),
  ]
  if (!header || !payload || !signature) throw invalidToken('A part of the token is not canonical base64url.')
  return { header, payload, signature, signed: ascii.encode(token.slice(0, token.lastIndexOf('.'))) }
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
