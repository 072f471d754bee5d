import { createHash } from 'node:crypto'
import type { Owner } from '../store.js'

/**
 * A text of any length as bytes that an index can hold whole: two texts have one key where their code points are equal. A
 * short text is its own key, a long one has its digest. Columns of bytes know no collation, which would compare by other
 * rules on each product.
 */
export function keyOf(text: string): Buffer {
  return Buffer.from(textKeyOf(text))
}

/** The same as text, for lists of keys. */
export function textKeyOf(text: string): string {
  const isShort = text.length * 3 <= longest || Buffer.byteLength(text) <= longest
  // What begins like a digest has a digest, so that no text is another's.
  return isShort && !text.startsWith(digestMark)
    ? text
    : digestMark + createHash('sha256').update(text).digest('base64url')
}

/** The length parts the two: no other pair has the same text. */
export function textKeyOfOwner({ tenant, subject }: Owner): string {
  return textKeyOf(`${tenant.length}:${tenant}${subject}`)
}

export function keyOfOwner(owner: Owner): Buffer {
  return Buffer.from(textKeyOfOwner(owner))
}

/** Whether the text of a key is not to be read from it. */
export function isDigest(key: string): boolean {
  return key.startsWith(digestMark)
}

const digestMark = '#'

/** Bytes; the columns are as wide. */
const longest = 255
