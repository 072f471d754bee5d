import type { HeaderReader } from '../http-request.js'
import { bodyTransport } from './body.js'
import type { RefreshTokenTransport } from './transport.js'

/**
 * Body transport that also accepts the token in `Authorization: Bearer` (RFC 6750 section 2.1), where clients send the single token
 * of a sliding session to every other server.
 */
export const singleTokenTransport: RefreshTokenTransport = {
  ...bodyTransport,
  async read(headers, refreshToken) {
    return bodyTransport.read(headers, refreshToken ?? bearerToken(headers))
  },
}

function bearerToken(headers: HeaderReader): string | undefined {
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(headers.get('Authorization') ?? '')?.[1]
}
