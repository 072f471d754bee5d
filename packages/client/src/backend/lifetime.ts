/** Seconds, if the lifetime is unknown: a server refuses the token before, and every clock can represent it. */
const unknownLifetime = 1_000_000_000
const longest = 366 * 86_400
/** Seconds. A shorter lifetime would refresh in a loop; the server refuses the expired token soon enough. */
const shortest = 30

/**
 * The lifetime of an access token in seconds: as given, else from a JWT (`exp` - `iat`, never against this browser's
 * clock), else unknown.
 *
 * An invalid lifetime is reported but accepted: the refresh token in the same answer may be the only valid one.
 */
export function readLifetime(
  given: unknown,
  { exp, iat }: { readonly exp?: unknown; readonly iat?: unknown },
  backend: string,
): number {
  const own = Number(exp) - Number(iat)
  const fallback = isLifetime(own) ? own : unknownLifetime
  if (given === undefined || given === null) return Math.max(fallback, shortest)
  const seconds = typeof given === 'string' && given ? Number(given) : given
  if (isLifetime(seconds)) return Math.max(seconds, shortest)
  report(backend, given)
  return Math.max(fallback, shortest)
}

function isLifetime(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= longest
}

const reported = new Set<string>()

/** Once for each backend: a page that stays open would otherwise fill its console. */
function report(backend: string, given: unknown): void {
  if (reported.has(backend)) return
  reported.add(backend)
  console.warn(
    `${backend}: \`expiresIn\` must be seconds, more than 0 and at most a year; got ${given}. It is ignored. ` +
      'Milliseconds? Divide them by 1000.',
  )
}
