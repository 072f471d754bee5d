/**
 * Why something failed, for messages to the operator: one line, without the password of an address. A failed fetch has its reason in
 * `cause`.
 */
export function describeFailure(failure: unknown): string {
  if (!(failure instanceof Error)) return 'a value that is not an Error was thrown'
  const cause = failure.cause as { readonly code?: unknown } | undefined
  const message = loggable(String(failure.message))
  return typeof cause?.code === 'string' ? `${message} (${loggable(cause.code)})` : message
}

const longest = 1000

function loggable(text: string): string {
  // The last piece of a text that was cut may be half an address, whose password nothing recognises.
  const kept = text.length > longest ? `${text.slice(0, longest).replace(/\S+$/, '')}...` : text
  return (
    kept
      // The password may hold an @, a quote or, after a colon, a space that nobody escaped.
      .replace(/:\/\/(?:[^\s:/?#@]*:[^\r\n]*|\S*)@/g, '://***@')
      // A line break or a terminal sequence would forge lines of the log.
      .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
  )
}

/** An address without its query, which may hold a secret, for a message. */
export function placeOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
