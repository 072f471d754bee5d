/** Describes a failure for the operator in one line, without passwords of URLs. A failed fetch has its reason in `cause`. */
export function describeFailure(failure: unknown): string {
  if (!(failure instanceof Error)) return 'a value that is not an Error was thrown'
  const cause = failure.cause as { readonly code?: unknown } | undefined
  const message = sanitize(String(failure.message))
  return typeof cause?.code === 'string' ? `${message} (${sanitize(cause.code)})` : message
}

const maxLength = 1000

function sanitize(text: string): string {
  // The cut may fall inside a URL, whose password would then not be recognised: drop the last word.
  const kept = text.length > maxLength ? `${text.slice(0, maxLength).replace(/\S+$/, '')}...` : text
  return (
    kept
      // A password may contain an @ or a quote and, after a colon, an unescaped space.
      .replace(/:\/\/(?:[^\s:/?#@]*:[^\r\n]*|\S*)@/g, '://***@')
      // Line breaks and terminal sequences could forge log lines.
      .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
  )
}

/** A URL for a message, without its query, which may contain a secret. */
export function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
