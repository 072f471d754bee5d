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
const at = { keyId: 1, sid: 2, generation: 18, nonce: 22, parent: 38, tag: 46, end: 78 } as const

/** The parent of the token that a sign-in hands out. */
export const noParent = new Uint8Array(8)

/**
 * Reads a refresh token without verifying it.
 *
 * @returns undefined if the string is not one: wrong length, a character outside base64url, another encoding of the same
 * bytes, or a version that we do not know.
 */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  if (text.length !== refreshTokenLength) return undefined
  const bytes = Buffer.from(text, 'base64url')
  // 78 bytes are 104 characters with no bits to spare, so another encoding can only come from foreign characters.
  if (bytes.length !== at.end || bytes[0] !== version || bytes.toString('base64url') !== text) return undefined
  return {
    keyId: bytes[at.keyId]!,
    sid: bytes.toString('base64url', at.sid, at.generation),
    generation: bytes.readUInt32BE(at.generation),
    nonce: bytes.subarray(at.nonce, at.parent),
    parent: bytes.subarray(at.parent, at.tag),
    signed: bytes.subarray(0, at.tag),
    tag: bytes.subarray(at.tag),
  }
}

/** What a new refresh token is made of. */
export interface RefreshTokenParts extends PresentedToken {
  readonly keyId: number
  readonly sid: string
}

/** Encodes a refresh token and seals it with the MAC key and the session's salt. */
export function formatRefreshToken(parts: RefreshTokenParts, key: KeyObject, salt: Uint8Array): string {
  const bytes = Buffer.alloc(at.end)
  bytes[0] = version
  bytes[at.keyId] = parts.keyId
  bytes.write(parts.sid, at.sid, 'base64url')
  bytes.writeUInt32BE(parts.generation, at.generation)
  bytes.set(parts.nonce, at.nonce)
  bytes.set(parts.parent, at.parent)
  bytes.set(tagOf(bytes.subarray(0, at.tag), key, salt), at.tag)
  return bytes.toString('base64url')
}

/** Whether the token was made by us for the session whose salt this is. Constant time in the tag. */
export function verifyRefreshToken(token: RefreshToken, key: KeyObject, salt: Uint8Array): boolean {
  return timingSafeEqual(tagOf(token.signed, key, salt), token.tag)
}

function tagOf(signed: Uint8Array, key: KeyObject, salt: Uint8Array): Buffer {
  return createHmac('sha256', key).update(label).update(signed).update(salt).digest()
}
