import { createHash } from 'node:crypto'

/**
 * A text as a column keeps it. PostgreSQL refuses NUL, so that U+0001 begins an escape: 0 for NUL, 1 for itself.
 * Columns are of collation "C", under which texts are equal where their bytes are.
 */
export function textOf(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these two are what it is about
  return /[\0\x01]/.test(text) ? text.replaceAll('\x01', '\x011').replaceAll('\0', '\x010') : text
}

export function readText(kept: string): string {
  if (!kept.includes('\x01')) return kept
  return kept.replaceAll('\x010', '\0').replaceAll('\x011', '\x01')
}

/** UTF-16 units. Two such texts stand in one entry of an index, which holds 2,700 bytes. */
const mostInIndex = 300

/**
 * A text as a key keeps it, which is compared and never read again: a long one, which would fit into no index, as its
 * hash behind an escape that no text has.
 */
export function keyOf(text: string): string {
  if (text.length <= mostInIndex) return textOf(text)
  return `\x012${createHash('sha256').update(text).digest('base64url')}`
}
