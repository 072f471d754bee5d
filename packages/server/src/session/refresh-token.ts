import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { PresentedToken } from './rotation.js'

/**
 * The bytes of a refresh token, opaque to clients:
 *
 *     version(1) | key id(1) | session id(16) | generation(u32 big-endian) | nonce(16) | parent(8) | tag(32)
 */
export interface RefreshToken extends PresentedToken {
  /** Which MAC key made the tag. */
  readonly keyId: number
  /** Session id as in the store and the claims: base64url, 22 characters. */
  readonly sid: string
  /** All bytes before the tag. */
  readonly signed: Uint8Array
  readonly tag: Uint8Array
}

/** Length of a refresh token in characters: 78 bytes in base64url without padding (RFC 4648 section 5). */
export const refreshTokenLength = 104

const version = 1
const label = Buffer.from('sessionward refresh 1')
const offsets = { keyId: 1, sid: 2, generation: 18, nonce: 22, parent: 38, tag: 46, end: 78 } as const

/** The parent of the token that a sign-in issues. */
export const noParent = new Uint8Array(8)

/**
 * Reads a refresh token without verifying it.
 *
 * @returns undefined if the string is not a refresh token: wrong length, a character outside base64url, a non-canonical
 * encoding, or an unknown version.
 */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  if (text.length !== refreshTokenLength) return undefined
  const bytes = Buffer.from(text, 'base64url')
  // 78 bytes are exactly 104 characters, so only characters outside base64url can make the encoding non-canonical.
  if (bytes.length !== offsets.end || bytes[0] !== version || bytes.toString('base64url') !== text) return undefined
  return {
    keyId: bytes[offsets.keyId]!,
    sid: bytes.toString('base64url', offsets.sid, offsets.generation),
    generation: bytes.readUInt32BE(offsets.generation),
    nonce: bytes.subarray(offsets.nonce, offsets.parent),
    parent: bytes.subarray(offsets.parent, offsets.tag),
    signed: bytes.subarray(0, offsets.tag),
    tag: bytes.subarray(offsets.tag),
  }
}

/** The content of a new refresh token. */
export interface RefreshTokenParts extends PresentedToken {
  readonly keyId: number
  readonly sid: string
}

/** Encodes a refresh token and authenticates it with the MAC key and the session's salt. */
export function formatRefreshToken(parts: RefreshTokenParts, key: KeyObject, salt: Uint8Array): string {
  const bytes = Buffer.alloc(offsets.end)
  bytes[0] = version
  bytes[offsets.keyId] = parts.keyId
  bytes.write(parts.sid, offsets.sid, 'base64url')
  bytes.writeUInt32BE(parts.generation, offsets.generation)
  bytes.set(parts.nonce, offsets.nonce)
  bytes.set(parts.parent, offsets.parent)
  bytes.set(tagOf(bytes.subarray(0, offsets.tag), key, salt), offsets.tag)
  return bytes.toString('base64url')
}

/** Whether this server issued the token for the session with this salt. Compares the tag in constant time. */
export function verifyRefreshToken(token: RefreshToken, key: KeyObject, salt: Uint8Array): boolean {
  return timingSafeEqual(tagOf(token.signed, key, salt), token.tag)
}

function tagOf(signed: Uint8Array, key: KeyObject, salt: Uint8Array): Buffer {
  return createHmac('sha256', key).update(label).update(signed).update(salt).digest()
}
