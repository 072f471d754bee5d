import { createHash } from 'node:crypto'
import type { Owner } from '../store.js'

/**
 * A string of any length as a key that an index can hold whole. A short one is its own key, a long one has its digest. Two
 * strings have the same key if their code points are equal: columns of bytes have no collation, which differs by product.
 */
export function keyOf(text: string): string {
  const isShort = text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes
  // A string that looks like a digest is replaced by its digest, so that no string is the key of another.
  return isShort && !isDigest(text) ? text : digestPrefix + createHash('sha256').update(text).digest('base64url')
}

/** The length separates the two: no other pair has the same key. */
export function keyOfOwner({ tenant, subject }: Owner): string {
  return keyOf(`${tenant.length}:${tenant}${subject}`)
}

/** Whether the string cannot be read from its key. */
export function isDigest(key: string): boolean {
  return key.startsWith(digestPrefix)
}

/** The key of no string. */
export const noKey = '#'

const digestPrefix = '#'

/** The width of the columns. */
const maxBytes = 255

/** Columns hold bytes of UTF-8, whatever the character set of the connection. */
export function readText(bytes: unknown): string {
  return (bytes as Buffer).toString()
}

export function readJson<T>(bytes: unknown): T {
  return JSON.parse(readText(bytes)) as T
}
