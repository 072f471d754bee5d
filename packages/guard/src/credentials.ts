import { GuardError, invalidToken } from './challenge.js'

/** Web-standard `Headers`, or anything with its `get`. */
export interface HeaderSource {
  /** All values of a header, joined by commas; null or undefined where there is none. */
  get(name: string): string | null | undefined
}

/** Headers as a plain object, such as `headers` or `headersDistinct` of a Node request. Names in any case. */
export type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>

/** The headers of a request, in either shape. */
export type RequestHeaders = HeaderSource | HeaderRecord

/** The parts of a request that a guard reads. A web-standard `Request` fits, and so does a request of Express, Koa or Fastify. */
export interface GuardRequest {
  /** Such as `GET`. */
  readonly method: string
  /** Absolute, or a path as in Node's `request.url`. */
  readonly url: string
  /** The headers, in either shape. */
  readonly headers: RequestHeaders
}

/**
 * The access token in `Authorization: Bearer` (RFC 6750 section 2.1), or undefined if there is none.
 *
 * @throws GuardError `access_token_invalid` for another kind of token, or `invalid_request` for two values
 * @throws TypeError if the headers have neither shape
 */
export function readBearerToken(headers: RequestHeaders): string | undefined {
  const value = headerOf(headers, 'authorization')?.trim()
  if (value === undefined) return undefined
  // Fast path for nearly every request. The token itself is checked later.
  if (value.startsWith('Bearer ') && !value.includes(' ', 7) && !value.includes(',', 7))
    return value.slice(7) || undefined
  // Two headers arrive as one with a comma, which no Bearer credential contains.
  if (value.includes(',') && /(^|,\s*)bearer\s/i.test(value)) {
    throw new GuardError('invalid_request', { detail: 'Exactly one Authorization header is expected.' })
  }
  const [, scheme, credential] = /^([^\s,]+)(?:\s+(.*))?$/s.exec(value) ?? []
  if (/^dpop$/i.test(scheme ?? '')) throw invalidToken('This guard does not accept DPoP credentials.')
  if (!/^bearer$/i.test(scheme ?? '') || !credential) return undefined
  return credential
}

/**
 * Every value of a header, joined by commas as `Headers` does it (RFC 9110 section 5.3), or undefined if it is absent.
 *
 * @param name in lower case
 * @throws TypeError if the headers have neither shape
 */
export function headerOf(headers: RequestHeaders, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new TypeError('request.headers: must be a Headers object or a plain object of names and values')
  }
  const given = isSource(headers) ? headers.get(name) : valueIn(headers, name)
  if (given === undefined || given === null || typeof given === 'string') return given ?? undefined
  throw new TypeError(`request.headers.${name}: must be a string or a list of strings`)
}

function isSource(headers: RequestHeaders): headers is HeaderSource {
  return typeof headers.get === 'function'
}

/** Runs for every request, so it builds no lists unless a header comes twice. */
function valueIn(headers: HeaderRecord, name: string): unknown {
  let found: unknown
  for (const one of Object.keys(headers)) {
    if (one.length !== name.length || one.toLowerCase() !== name) continue
    const value = headers[one] ?? undefined
    found = found === undefined || value === undefined ? (value ?? found) : [found, value].flat()
  }
  return Array.isArray(found) ? joined(found, name) : found
}

/** Undefined for an empty list. A list that has something else than strings is returned as it is. */
function joined(values: readonly unknown[], name: string): unknown {
  if (values.length === 0) return undefined
  // A browser over HTTP/2 may divide its cookies (RFC 9113 section 8.2.3).
  return values.every((value) => typeof value === 'string') ? values.join(name === 'cookie' ? '; ' : ', ') : values
}
