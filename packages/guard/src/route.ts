import { unknownOption } from '@sessionward/protocol'

/** What happens when the revocation feed falls silent. */
export interface Staleness {
  /** Seconds without a message. Default 30. */
  readonly after: number
  /** `allow` lets verified tokens pass, `deny` answers 503. Default `allow`. */
  readonly then: 'allow' | 'deny'
}

/** What one route asks for beyond a valid token. */
export interface RouteOptions {
  /** What must all be in the token's scope: a list, or a string with spaces between (RFC 6749 section 3.3). Default: nothing. */
  readonly scope?: string | readonly string[]
  /** What happens here when the feed falls silent. What is left out is as the guard has it. */
  readonly staleness?: Partial<Staleness>
}

/** {@link RouteOptions}, complete and checked. */
export interface Route {
  readonly scope: readonly string[]
  readonly staleness: Staleness
}

/** @throws TypeError that names the option and what was expected */
export function readRoute(options: RouteOptions, guard: Staleness, hasFeed: boolean): Route {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError('route: must be an object such as { scope, staleness }')
  }
  refuseUnknown(options, ['scope', 'staleness'])
  return Object.freeze({
    scope: readScope(options.scope),
    staleness: readStaleness(options.staleness, guard, hasFeed),
  })
}

/** @throws TypeError that names the option and what was expected */
export function readStaleness(given: Partial<Staleness> | undefined, fallback: Staleness, hasFeed: boolean): Staleness {
  if (given === undefined) return fallback
  if (typeof given !== 'object' || given === null)
    throw new TypeError('staleness: must be an object with after and then')
  refuseUnknown(given, ['after', 'then'], 'staleness')
  const { after = fallback.after, then = fallback.then } = given
  // Its type does not have it, but configuration from a file may.
  if ((then as string) === 'introspect') throw new TypeError("staleness.then: 'introspect' is not available yet")
  if (then !== 'allow' && then !== 'deny') throw new TypeError("staleness.then: must be 'allow' or 'deny'")
  if (typeof after !== 'number' || !(after > 0 && Number.isFinite(after))) {
    throw new TypeError('staleness.after: must be a number of seconds, more than 0')
  }
  if (then === 'deny' && !hasFeed) {
    throw new TypeError("staleness.then: 'deny' needs a feed; add `feed` to the options of createGuard")
  }
  return Object.freeze({ after, then })
}

/** @throws TypeError where an option does not exist: misspelt, it would be a check that silently does not happen */
export function refuseUnknown(options: object, known: readonly string[], path?: string): void {
  const wrong = unknownOption(options, known, path)
  if (wrong !== undefined) throw new TypeError(wrong)
}

/** Scope tokens of RFC 6749 section 3.3: they come back in the challenge's quoted string as they are. */
function readScope(scope: string | readonly string[] = []): readonly string[] {
  const tokens = typeof scope === 'string' ? scope.split(' ') : scope
  if (
    !Array.isArray(tokens) ||
    !tokens.every((token) => typeof token === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(token))
  ) {
    throw new TypeError(
      'scope: must be a list of strings, or one with single spaces, of visible ASCII without " and \\',
    )
  }
  return Object.freeze([...tokens])
}
