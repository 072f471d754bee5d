import { accessCookieName } from '@sessionward/protocol'
import { refuseUnknown } from '../route.js'
import { cookie } from '../token-source.js'
import { isWebOrigin, type RefreshMethod } from './refresh-method.js'

/** Options of `createPageGuard`. An unknown name is refused. */
export interface PageGuardOptions {
  /** The site's own origin, as browsers see it: `https://shop.example.com`. No header is trusted to say it. */
  readonly origin: string
  /**
   * Where a person signs in: a path of this site, or a URL. It gets `return_to` and, if a session has ended, `reason`. That page
   * must not be guarded.
   */
  readonly signIn: string
  /** How a visit without a valid access token is refreshed: `interstitial({ server })` or `redirect({ server })`. */
  readonly refresh: RefreshMethod
  /** Path of the page guard's own endpoints. Default `/sessionward`. */
  readonly path?: string
  /**
   * The access cookie. `name`: default `__Host-access_token` with https and no `domain`, else `access_token`. `domain`: default this
   * host alone; where the auth server sets the cookie too, both must say the same. Every host below a `domain` can plant a cookie.
   */
  readonly cookie?: { readonly name?: string; readonly domain?: string }
  /** Origins whose forms may be sent to guarded pages, beside the site's own. Default: none. */
  readonly origins?: readonly string[]
}

/** {@link PageGuardOptions}, complete and checked. */
export interface PageConfig {
  readonly origin: string
  readonly signIn: URL
  readonly refresh: RefreshMethod
  readonly path: string
  readonly cookie: { readonly name: string; readonly attributes: string }
  readonly origins: ReadonlySet<string>
}

/** @throws TypeError that names the option and what was expected */
export function readPageOptions(options: PageGuardOptions): PageConfig {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('options: must be { origin, signIn, refresh }')
  refuseUnknown(options, ['origin', 'signIn', 'refresh', 'path', 'cookie', 'origins'])
  const { origin, signIn, refresh, path = '/sessionward', origins = [] } = options
  if (!isWebOrigin(origin))
    throw new TypeError('origin: must be the origin of this site, such as https://shop.example.com')
  if (refresh?.kind !== 'interstitial' && refresh?.kind !== 'redirect') {
    throw new TypeError(
      "refresh: must be interstitial({ server }) or redirect({ server }), with the auth server's origin",
    )
  }
  if (typeof path !== 'string' || !/^(\/[\w.~-]+)+$/.test(path))
    throw new TypeError('path: must be a path such as /sessionward')
  if (!Array.isArray(origins) || !origins.every(isWebOrigin)) {
    throw new TypeError('origins: must be a list of origins such as https://www.example.com')
  }
  return {
    origin,
    signIn: readSignIn(signIn, origin),
    refresh,
    path,
    cookie: readCookie(options.cookie, origin),
    origins: new Set([origin, ...origins]),
  }
}

function readSignIn(signIn: string, origin: string): URL {
  const isAddress = typeof signIn === 'string' && /^(\/(?!\/)|https?:\/\/)/.test(signIn) && URL.canParse(signIn, origin)
  if (!isAddress) throw new TypeError('signIn: must be a path such as /sign-in, or a URL')
  return new URL(signIn, origin)
}

function readCookie(options: PageGuardOptions['cookie'] = {}, origin: string): PageConfig['cookie'] {
  refuseUnknown(options, ['name', 'domain'], 'cookie')
  const { hostname, protocol } = new URL(origin)
  const secure = protocol === 'https:'
  const { domain } = options
  const { name = accessCookieName(secure, domain) } = options
  // Checks the name too.
  cookie(name)
  if (domain !== undefined && !(typeof domain === 'string' && domain !== '' && `.${hostname}`.endsWith(`.${domain}`))) {
    throw new TypeError(`cookie.domain: must be ${hostname} or a domain above it`)
  }
  if (/^__(host|secure)-/i.test(name) && (!secure || (domain !== undefined && /^__host-/i.test(name)))) {
    throw new TypeError('cookie.name: __Host- needs https and no domain, __Secure- needs https')
  }
  const where = `; Path=/${domain === undefined ? '' : `; Domain=${domain}`}`
  return { name, attributes: `${where}${secure ? '; Secure' : ''}; HttpOnly; SameSite=Lax` }
}
