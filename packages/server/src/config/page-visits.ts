import { accessCookieName } from '@sessionward/protocol'
import { checkOptionNames } from '../input/option-names.js'
import type { AccessCookieOptions, AuthServerOptions } from '../options.js'

/** The option `accessCookie` after validation, with its defaults. */
export interface AccessCookieScheme {
  readonly name: string
  readonly domain: string | null
  readonly secure: boolean
}

/** The options of `GET {basePath}/continue` after validation. */
export interface PageVisits {
  /** URL of the sign-in page. */
  readonly signInUrl: URL
  /** Origins that a visit may return to, in addition to that of `signInUrl`. */
  readonly returnOrigins: ReadonlySet<string>
}

type PageOptions = Pick<AuthServerOptions, 'accessCookie' | 'signInUrl' | 'returnOrigins'>

/** @throws TypeError that names the option and what was expected */
export function readAccessCookie(
  options: AccessCookieOptions | undefined,
  issuer: URL,
): AccessCookieScheme | undefined {
  if (options === undefined) return undefined
  checkOptionNames('accessCookie', options, { name: true, domain: true })
  const secure = issuer.protocol === 'https:'
  const { domain = null } = options
  const { name = accessCookieName(secure, domain ?? undefined) } = options
  if (typeof name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    throw new TypeError('accessCookie.name must be 1 to 64 letters, digits, "-" or "_"')
  }
  if (domain !== null && !mayHaveDomain(domain, issuer.hostname)) {
    throw new TypeError(
      `accessCookie.domain must be ${issuer.hostname} or a domain above it, such as example.com: browsers refuse a cookie for any other`,
    )
  }
  if (/^__(host|secure)-/i.test(name) && !secure) {
    throw new TypeError('accessCookie.name must not begin with __Host- or __Secure- on plain http')
  }
  if (/^__host-/i.test(name) && domain !== null) {
    throw new TypeError('accessCookie.name begins with __Host-: omit domain (RFC 6265bis section 4.1.3)')
  }
  return { name, domain, secure }
}

function mayHaveDomain(domain: unknown, host: string): boolean {
  return typeof domain === 'string' && /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(domain) && `.${host}`.endsWith(`.${domain}`)
}

/**
 * @param origins The option `origins`, the default of `returnOrigins`.
 * @returns undefined if the option `signInUrl` is not set.
 * @throws TypeError that names the option and what was expected
 */
export function readPageVisits(
  { accessCookie, signInUrl, returnOrigins }: PageOptions,
  issuer: URL,
  origins: ReadonlySet<string>,
): PageVisits | undefined {
  if (signInUrl === undefined) {
    if (returnOrigins !== undefined) throw new TypeError('returnOrigins has no meaning without signInUrl')
    return undefined
  }
  if (accessCookie === undefined) {
    throw new TypeError(
      'signInUrl needs accessCookie: without that cookie a page cannot identify its visitor; write accessCookie: {}',
    )
  }
  if (typeof signInUrl !== 'string' || !isWebAddress(signInUrl, issuer.origin)) {
    throw new TypeError('signInUrl must be a path such as /sign-in, or a URL such as https://www.example.com/sign-in')
  }
  const list: unknown = returnOrigins ?? [...origins]
  if (!Array.isArray(list)) throw new TypeError('returnOrigins must be a list of origins')
  for (const [index, origin] of returnOrigins?.entries() ?? []) {
    if (typeof origin !== 'string' || !URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new TypeError(`returnOrigins[${index}] must be an origin such as https://www.example.com`)
    }
  }
  return { signInUrl: new URL(signInUrl, issuer.origin), returnOrigins: new Set(list as readonly string[]) }
}

function isWebAddress(address: string, base: string): boolean {
  const isPath = /^\/(?!\/)/.test(address)
  return (isPath || /^https?:\/\//.test(address)) && URL.canParse(address, base)
}
