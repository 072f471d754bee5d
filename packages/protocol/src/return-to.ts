/** The members of the global `URL` that are used. This package has no platform types. */
interface ParsedUrl {
  readonly href: string
  readonly origin: string
  readonly username: string
  readonly password: string
  readonly pathname: string
}
declare const URL: new (url: string, base?: string) => ParsedUrl

/** Where `return_to` may lead. */
export interface ReturnToRule {
  /** Origin on which a path is resolved, such as `https://shop.example.com`. It is allowed too. */
  readonly base: string
  /** Further origins, http or https, whose pages an absolute address may name. Default: none. */
  readonly origins?: Iterable<string> | undefined
  /** Where everything else goes: a path on `base`, or an absolute address that the application itself chose. Default `/`. */
  readonly home?: string | undefined
}

/** Fragment of the form's page when the browser returns to it without having sent the form. Browsers keep it over redirects. */
export const notSentFragment = '#sessionward-not-sent'

/** Maximum number of characters. Some proxies do not accept a longer `Location`. */
const maxLength = 2000

/**
 * The address that a `return_to` leads to: a path on the rule's `base`, or an absolute address on a listed origin.
 * Everything else leads to `home`, without an error, because `return_to` can be chosen by an attacker.
 *
 * Browsers repair what other parsers refuse: they drop tabs and newlines, read `\` as `/` and `http:e.test` as a host (URL
 * section 4.4). So an address is followed only if nothing in it needs repair, and only in the form that the parser gives
 * it. The same function serves auth server, page guard and client (RFC 9700 section 4.11).
 *
 * @returns an absolute address.
 */
export function resolveReturnTo(value: unknown, { base, origins = [], home = '/' }: ReturnToRule): string {
  const url = typeof value === 'string' && isPlain(value) ? parse(value, base) : undefined
  const allowed = url && [base, ...origins].includes(url.origin) && !isMisleading(url)
  return allowed ? url.href : new URL(home, base).href
}

/** Visible ASCII without a backslash: a path that starts with one slash, or a full URL with scheme and host. */
function isPlain(value: string): boolean {
  return value.length <= maxLength && /^(\/(?!\/)|https?:\/\/[a-z0-9[])[\x21-\x5b\x5d-\x7e]*$/i.test(value)
}

function parse(value: string, base: string): ParsedUrl | undefined {
  try {
    return new URL(value, base)
  } catch {
    return undefined
  }
}

/**
 * Whether a server that decodes the path once or twice would redirect to another address, or a person would read another one:
 * `https://shop.example.com@e.test`.
 */
function isMisleading({ username, password, pathname }: ParsedUrl): boolean {
  if (username || password) return true
  return /^\/(\/|%(25)*2f)|%(25)*(5c|0|1|7f)/i.test(pathname)
}
