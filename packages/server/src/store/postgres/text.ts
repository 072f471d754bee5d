import { createHash } from 'node:crypto'

/**
 * A string as a column holds it. PostgreSQL refuses NUL, so U+0001 begins an escape: followed by 0 for NUL, by 1 for itself.
 * Columns have the collation "C", under which strings are equal if their bytes are.
 */
export function textOf(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these two are what it is about
  return /[\0\x01]/.test(text) ? text.replaceAll('\x01', '\x011').replaceAll('\0', '\x010') : text
}

export function readText(kept: string): string {
  if (!kept.includes('\x01')) return kept
  return kept.replaceAll('\x010', '\0').replaceAll('\x011', '\x01')
}

/** UTF-16 units. An index entry of two such strings fits into its 2,700 bytes. */
const maxIndexedLength = 300

/**
 * A string that is compared and never read back. One that is too long for an index is replaced by its hash, behind an escape
 * that {@link textOf} never writes.
 */
export function keyOf(text: string): string {
  if (text.length <= maxIndexedLength) return textOf(text)
  return `\x012${createHash('sha256').update(text).digest('base64url')}`
}
