import { words } from './words.js'

/** What to tell the person of an error of a call. */
export function failureOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message: string }
  return words.failures[code ?? ''] ?? message
}
