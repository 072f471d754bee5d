import type { User } from '@sessionward/protocol'
import type { RouteLocationRaw, RouteRecordName, RouteRecordRaw, Router } from 'vue-router'
import { unknownOption } from '#option-names'

/** Options of `guardRoutes`. An unknown name is refused. */
export interface GuardRoutesOptions<U = User> {
  /** The page of sign-in, which is open to everybody: a path or a location. */
  readonly signIn: RouteLocationRaw
  /** Where a sign-in leads that began nowhere else: a path of the router. Default `/`. */
  readonly home?: string | undefined
  /** Where a person is led who may not open a route. Default: `home`. */
  readonly forbidden?: RouteLocationRaw | undefined
  /**
   * Where a navigation ends while it is not known who is there, because the auth server is unavailable; it goes on by itself
   * when that is known. Default: `signIn`.
   */
  readonly unavailable?: RouteLocationRaw | undefined
  /** Routes with a `meta.scope`, which the router has only for those who may open them. Default: none. */
  readonly routes?: readonly RouteRecordRaw[] | undefined
  /** Name of the route whose children `routes` are. Default: none. */
  readonly parent?: RouteRecordName | undefined
  /** What a person may do. Default: the `scope` of the access token. Needed where the access token cannot be read. */
  readonly scopeOf?: ((user: U) => string | readonly string[] | undefined) | undefined
  /** Seconds that the first navigation waits until it is known who is there. Default 4. */
  readonly patience?: number | undefined
}

export interface GuardRoutesConfig
  extends Omit<GuardRoutesOptions<never>, 'home' | 'forbidden' | 'unavailable' | 'routes' | 'patience'> {
  readonly home: string
  readonly forbidden: RouteLocationRaw
  readonly unavailable: RouteLocationRaw
  readonly routes: readonly RouteRecordRaw[]
  /** Milliseconds. */
  readonly patience: number
}

const names = 'signIn home forbidden unavailable routes parent scopeOf patience'.split(' ')

/** @throws TypeError that names the option and what was expected. */
export function readRouteOptions(options: GuardRoutesOptions<never>, router: Router): GuardRoutesConfig {
  const { signIn, home = '/', forbidden = home, unavailable = signIn } = options ?? {}
  const { routes = [], parent, scopeOf, patience = 4 } = options ?? {}
  const unknown = unknownOption(options ?? {}, names)
  if (unknown) throw new TypeError(`guardRoutes: ${unknown}`)
  check(signIn !== undefined && signIn !== '', 'signIn', 'the page of sign-in, such as `/sign-in`')
  check(/^\/(?!\/)/.test(home), 'home', 'a path such as `/`')
  check(Array.isArray(routes), 'routes', 'a list of routes')
  for (const [i, { meta }] of routes.entries()) {
    check(meta?.scope !== undefined, `routes[${i}].meta.scope`, 'what the route needs, such as `admin`')
  }
  check(parent === undefined || router.hasRoute(parent), 'parent', 'the name of a route')
  check(scopeOf === undefined || typeof scopeOf === 'function', 'scopeOf', 'a function')
  check(0 <= patience && patience < 86_400, 'patience', 'seconds, less than 86400')
  return { signIn, home, forbidden, unavailable, routes, parent, scopeOf, patience: patience * 1000 }
}

function check(holds: boolean, option: string, expected: string): void {
  if (!holds) throw new TypeError(`guardRoutes: \`${option}\` must be ${expected}.`)
}
