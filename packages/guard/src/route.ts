/** What happens when the revocation feed falls silent. */
export interface Staleness {
  /** Seconds. */
  readonly after: number
  readonly then: 'allow' | 'deny'
}

/** What one route asks for beyond a valid token. */
export interface RouteOptions {
  /** Words that must all be in the token's scope: a list, or a text with spaces between them. */
  readonly scope?: string | readonly string[]
  /** What is left out is the guard's. */
  readonly staleness?: Partial<Staleness>
}

/** {@link RouteOptions} after the door: complete and checked. */
export interface Route {
  readonly scope: readonly string[]
  readonly staleness: Staleness
}

/** @throws TypeError that names the option and what was expected */
export function readRoute(options: RouteOptions, guard: Staleness, hasFeed: boolean): Route {
  for (const name of Object.keys(options)) {
    if (name !== 'scope' && name !== 'staleness')
      throw new TypeError(`${name}: must be left out: a route has no such option`)
  }
  return Object.freeze({
    scope: readScope(options.scope),
    staleness: readStaleness(options.staleness, guard, hasFeed),
  })
}

/** @throws TypeError */
export function readStaleness(given: Partial<Staleness> | undefined, fallback: Staleness, hasFeed: boolean): Staleness {
  if (given === undefined) return fallback
  if (typeof given !== 'object' || given === null)
    throw new TypeError('staleness: must be an object with after and then')
  for (const name of Object.keys(given)) {
    if (name !== 'after' && name !== 'then')
      throw new TypeError(`staleness.${name}: must be left out: there is no such option`)
  }
  const { after = fallback.after, then = fallback.then } = given
  // Its type does not have it, but configuration from a file may.
  if ((then as string) === 'introspect') throw new TypeError("staleness.then: 'introspect' is not available yet")
  if (then !== 'allow' && then !== 'deny') throw new TypeError("staleness.then: must be 'allow' or 'deny'")
  if (typeof after !== 'number' || !(after > 0 && Number.isFinite(after))) {
    throw new TypeError('staleness.after: must be seconds, more than 0')
  }
  if (then === 'deny' && !hasFeed) throw new TypeError("staleness.then: 'deny' needs a feed that can fall silent")
  return Object.freeze({ after, then })
}

/** Words of RFC 6749 section 3.3: they come back in the challenge's quoted text as they are. */
function readScope(scope: string | readonly string[] = []): readonly string[] {
  const words = typeof scope === 'string' ? scope.split(' ') : scope
  if (
    !Array.isArray(words) ||
    !words.every((word) => typeof word === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(word))
  ) {
    throw new TypeError('scope: must be words of visible ASCII without quote or backslash')
  }
  return Object.freeze([...words])
}
