/** The part of a URL that is used. This package names no platform; browsers and servers all have this class. */
interface Address {
  readonly href: string
  readonly origin: string
  readonly username: string
  readonly password: string
  readonly pathname: string
}
declare const URL: new (address: string, base?: string) => Address

/** Where a way back may lead. */
export interface ReturnToRule {
  /** Origin on which a path is resolved, such as `https://shop.example.com`. It is allowed too. */
  readonly base: string
  /** Further origins, http or https, whose pages an absolute address may name. Default: none. */
  readonly origins?: Iterable<string> | undefined
  /** Where everything else goes: a path on `base`, or an absolute address that the application itself chose. Default `/`. */
  readonly home?: string | undefined
}

/** At the end of the address of a page to which a form leads back that did not arrive. Browsers keep it over redirects. */
export const notSentFragment = '#sessionward-not-sent'

/** Characters of an address that is followed. Longer ones do not fit into a `Location` of every proxy. */
const longest = 2000

/**
 * The address that a `return_to` leads to: a path on the rule's `base`, or an absolute address on a listed origin.
 * Everything else goes home, without a message: it was written by a stranger.
 *
 * Browsers repair what other parsers refuse: they drop tabs and newlines, read `\` as `/` and `http:e.test` as a host (URL
 * section 4.4). So an address is followed only if nothing in it needs repair, and only in the form that the parser gives
 * it. The same function serves auth server, page guard and client (RFC 9700 section 4.11).
 *
 * @returns an absolute address.
 */
export function resolveReturnTo(value: unknown, { base, origins = [], home = '/' }: ReturnToRule): string {
  const url = typeof value === 'string' && isPlain(value) ? parse(value, base) : undefined
  const allowed = url && [base, ...origins].includes(url.origin) && !hidesAnother(url)
  return allowed ? url.href : new URL(home, base).href
}

/** Visible ASCII without a backslash: a path with one slash in front, or scheme and host in full. */
function isPlain(value: string): boolean {
  return value.length <= longest && /^(\/(?!\/)|https?:\/\/[a-z0-9[])[\x21-\x5b\x5d-\x7e]*$/i.test(value)
}

function parse(value: string, base: string): Address | undefined {
  try {
    return new URL(value, base)
  } catch {
    return undefined
  }
}

/**
 * Whether the address names another one for a server that decodes a path, once or twice, and redirects by it; or for a
 * person: `https://shop.example.com@e.test`.
 */
function hidesAnother({ username, password, pathname }: Address): boolean {
  if (username || password) return true
  return /^\/(\/|%(25)*2f)|%(25)*(5c|0|1|7f)/i.test(pathname)
}
