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

/**
 * The access token in `Authorization: Bearer` (RFC 6750 section 2.1). Nowhere else: neither a form field nor the query,
 * which end up in logs (section 5.3, RFC 9700 section 4.3.2).
 *
 * @throws GuardError `access_token_missing`, `access_token_invalid`, or `invalid_request` for two values
 * @throws TypeError if the headers have neither shape
 */
export function readBearerToken(headers: RequestHeaders): string {
  const value = authorizationOf(headers).trim()
  // Two headers arrive as one with a comma, which no Bearer credential contains.
  if (value.includes(',') && /(^|,\s*)bearer\s/i.test(value)) {
    throw new GuardError('invalid_request', { detail: 'Exactly one Authorization header is expected.' })
  }
  const [, scheme, credential] = /^([^\s,]+)(?:\s+(.*))?$/s.exec(value) ?? []
  if (/^dpop$/i.test(scheme ?? '')) throw invalidToken('This guard does not accept DPoP credentials.')
  if (!/^bearer$/i.test(scheme ?? '') || !credential) throw new GuardError('access_token_missing')
  return credential
}

/** Every value of `Authorization`, joined by commas as `Headers` does it (RFC 9110 section 5.3). */
function authorizationOf(headers: RequestHeaders): string {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new TypeError('request.headers: must be a Headers object or a plain object of names and values')
  }
  const values: unknown[] = isSource(headers) ? [headers.get('authorization')] : valuesOf(headers)
  const given = values.filter((value) => value !== undefined && value !== null)
  if (!given.every((value) => typeof value === 'string')) {
    throw new TypeError('request.headers.authorization: must be a string or a list of strings')
  }
  return given.join(', ')
}

function isSource(headers: RequestHeaders): headers is HeaderSource {
  return typeof headers.get === 'function'
}

function valuesOf(headers: HeaderRecord): unknown[] {
  const names = Object.keys(headers).filter((name) => name.length === 13 && name.toLowerCase() === 'authorization')
  return names.flatMap((name) => headers[name])
}
