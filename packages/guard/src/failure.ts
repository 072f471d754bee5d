/** Why something failed, for messages to the operator. A failed fetch has its reason in `cause`. */
export function describeFailure(failure: unknown): string {
  if (!(failure instanceof Error)) return 'a value that is not an Error was thrown'
  const cause = failure.cause as { readonly code?: unknown } | undefined
  return typeof cause?.code === 'string' ? `${failure.message} (${cause.code})` : failure.message
}

/** An address without its query, which may hold a secret, for a message. */
export function placeOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
