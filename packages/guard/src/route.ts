import { unknownOption } from '@sessionward/protocol'
import { readTokenSources, type TokenSource } from './token-source.js'

/** What happens when no message of the revocation feed arrives. */
export interface Staleness {
  /** Seconds without a message. Default 30. */
  readonly after: number
  /** `allow` lets verified tokens pass, `deny` answers 503. Default `allow`. */
  readonly then: 'allow' | 'deny'
}

/** What a route requires beyond a valid token. */
export interface RouteOptions {
  /** Scopes that the token must have, all of them: a list, or a space-separated string (RFC 6749 section 3.3). Default: none. */
  readonly scope?: string | readonly string[]
  /**
   * Seconds since the person authenticated (`auth_time`) at most, for what a stolen device must not do, such as changing an
   * address. An older sign-in, or a token that does not state it, is refused with `step_up_required` (RFC 9470): the person
   * signs in again. 0 or more, whole. Default: any age.
   */
  readonly maxAuthAge?: number
  /** Overrides the guard's `staleness` for this route. Omitted members keep the guard's values. */
  readonly staleness?: Partial<Staleness>
  /**
   * Whether a request that would be refused passes anyway, without a principal and with the reason (`authError`): for pages
   * that anybody may see. The handler decides what to show without a principal. Default false.
   */
  readonly optional?: boolean
  /** Where a request of this route may carry its access token. Default: the guard's `tokens`. */
  readonly tokens?: readonly TokenSource[]
}

/** Options of a route whose handler always has a principal. */
export type RequiredRoute = RouteOptions & { readonly optional?: false }

/** {@link RouteOptions}, complete and checked. */
export interface Route {
  /** Scopes that the token must have, all of them. */
  readonly scope: readonly string[]
  /** Seconds since the person authenticated, at most. Absent: any age. */
  readonly maxAuthAge?: number
  /** What happens while the feed is silent. */
  readonly staleness: Staleness
  /** Whether a request may pass without a principal. */
  readonly optional: boolean
  /** Where a request may carry its access token. */
  readonly tokens: readonly TokenSource[]
}

/** Settings of the guard that routes inherit. */
export interface RouteDefaults extends Pick<Route, 'staleness' | 'tokens'> {
  readonly hasFeed: boolean
}

const names: readonly (keyof RouteOptions)[] = ['scope', 'maxAuthAge', 'staleness', 'optional', 'tokens']

/** @throws TypeError that names the option and what was expected */
export function readRoute(options: RouteOptions, guard: RouteDefaults): Route {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError('route: must be an object such as { scope, staleness }')
  }
  refuseUnknown(options, names)
  const { maxAuthAge, optional = false, tokens } = options
  if (typeof optional !== 'boolean') throw new TypeError('optional: must be true or false')
  if (maxAuthAge !== undefined && !(Number.isSafeInteger(maxAuthAge) && maxAuthAge >= 0)) {
    throw new TypeError('maxAuthAge: must be a whole number of seconds, 0 or more')
  }
  return Object.freeze({
    scope: readScope(options.scope),
    ...(maxAuthAge === undefined ? {} : { maxAuthAge }),
    staleness: readStaleness(options.staleness, guard.staleness, guard.hasFeed),
    optional,
    tokens: tokens === undefined ? guard.tokens : readTokenSources(tokens),
  })
}

/** @throws TypeError that names the option and what was expected */
export function readStaleness(given: Partial<Staleness> | undefined, fallback: Staleness, hasFeed: boolean): Staleness {
  if (given === undefined) return fallback
  if (typeof given !== 'object' || given === null)
    throw new TypeError('staleness: must be an object with after and then')
  refuseUnknown(given, ['after', 'then'], 'staleness')
  const { after = fallback.after, then = fallback.then } = given
  // Not in the type, but a configuration file may contain it.
  if ((then as string) === 'introspect') throw new TypeError("staleness.then: 'introspect' is not available yet")
  if (then !== 'allow' && then !== 'deny') throw new TypeError("staleness.then: must be 'allow' or 'deny'")
  if (typeof after !== 'number' || !(after > 0 && Number.isFinite(after))) {
    throw new TypeError('staleness.after: must be a number of seconds greater than 0')
  }
  if (then === 'deny' && !hasFeed) {
    throw new TypeError("staleness.then: 'deny' needs a feed; add `feed` to the options of createGuard")
  }
  return Object.freeze({ after, then })
}

/** @throws TypeError for an unknown option: otherwise a misspelt option would silently disable a check */
export function refuseUnknown(options: object, known: readonly string[], path?: string): void {
  const wrong = unknownOption(options, known, path)
  if (wrong !== undefined) throw new TypeError(wrong)
}

/** Scope tokens of RFC 6749 section 3.3, which the challenge repeats unescaped in a quoted string. */
function readScope(scope: string | readonly string[] = []): readonly string[] {
  const tokens = typeof scope === 'string' ? scope.split(' ') : scope
  if (
    !Array.isArray(tokens) ||
    !tokens.every((token) => typeof token === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(token))
  ) {
    throw new TypeError(
      'scope: must be a list of strings, or a string with single spaces between scopes; visible ASCII without " and \\',
    )
  }
  return Object.freeze([...tokens])
}
