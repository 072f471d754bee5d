import { isLoopback } from '@sessionward/protocol'
import type { AuthServerOptions } from '../options.js'
import { oneOf } from './values.js'

const issuerExpected = 'issuer must be a URL such as https://auth.example.com or http://localhost:4000'

export function readIssuer(issuer: string): URL {
  // A URL parser ignores white space, but a comparison of `iss` does not.
  if (typeof issuer !== 'string' || /\s/.test(issuer) || !URL.canParse(issuer)) {
    throw new TypeError(issuerExpected)
  }
  const url = new URL(issuer)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new TypeError(issuerExpected)
  if (/[?#]/.test(issuer) || url.username || url.password) {
    throw new TypeError('issuer must have no query, fragment or credentials (RFC 8414 section 2)')
  }
  if (issuer.endsWith('/')) throw new TypeError('issuer must not end with a slash')
  return url
}

export function readMode(mode: AuthServerOptions['mode'], issuer: URL): 'production' | 'development' {
  if (mode !== undefined) return oneOf('mode', mode, ['production', 'development'])
  if (process.env.NODE_ENV === 'production') return 'production'
  if (isLoopback(issuer.hostname)) return 'development'
  throw new TypeError(
    `mode is missing: ${issuer.hostname} is not this machine; set mode: 'production' (or NODE_ENV=production), or mode: 'development' if you mean that`,
  )
}
