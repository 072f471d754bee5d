/** Seconds. Long enough that only a refusal tells, and short enough for every clock and storage. */
const unknownLifetime = 1_000_000_000
const longest = 366 * 86_400
/** A shorter one would have the timer refresh in a circle: a refusal tells soon enough. */
const shortest = 30

/**
 * The lifetime of an access token in seconds: as given, else as a JWT tells (`exp` - `iat`, never against this browser's
 * clock), else unknown.
 *
 * An impossible one is reported and not refused: the refresh token that came with it may be the only one that is good.
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

/** Once for each backend: a page that stays open would fill its console. */
function report(backend: string, given: unknown): void {
  if (reported.has(backend)) return
  reported.add(backend)
  console.warn(
    `${backend}: \`expiresIn\` must be seconds, more than 0 and at most a year; got ${given}. It is ignored. ` +
      'Milliseconds? Divide them by 1000.',
  )
}
