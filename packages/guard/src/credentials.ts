import { GuardError, invalidToken } from './challenge.js'

/** The one thing a guard asks of a request's headers: a web-standard `Headers`, or anything with its `get`. */
export interface HeaderSource {
  /** All values of a header, joined by commas; null or undefined where it did not come. */
  get(name: string): string | null | undefined
}

/**
 * The access token in `Authorization: Bearer` (RFC 6750 section 2.1). Nowhere else: neither a form field nor the query,
 * which end up in logs (section 5.3, RFC 9700 section 4.3.2).
 *
 * @throws GuardError `access_token_missing`, `access_token_invalid`, or `invalid_request` for two values
 */
export function readBearerToken(headers: HeaderSource): string {
  const value = headers.get('authorization')?.trim() ?? ''
  // Two headers arrive as one with a comma, which no Bearer credential contains.
  if (value.includes(',') && /(^|,\s*)bearer\s/i.test(value)) {
    throw new GuardError('invalid_request', { detail: 'Exactly one Authorization header is expected.' })
  }
  const [, scheme, credential] = /^([^\s,]+)(?:\s+(.*))?$/s.exec(value) ?? []
  if (/^dpop$/i.test(scheme ?? '')) throw invalidToken('This guard does not take DPoP credentials.')
  if (!/^bearer$/i.test(scheme ?? '') || !credential) throw new GuardError('access_token_missing')
  return credential
}
