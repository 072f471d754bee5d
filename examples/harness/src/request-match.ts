import type { IncomingMessage } from 'node:http'

/** Which requests a fault concerns. */
export type RequestMatch = (request: IncomingMessage) => boolean

export const anyRequest: RequestMatch = () => true

/** A refresh at the auth server under its default `basePath`. */
export const isRefresh: RequestMatch = ({ method, url }) => method === 'POST' && url === '/auth/refresh'

/** A request that names the session in its header, or else brings the refresh cookie of that session. */
export function ofSession(sid: string): RequestMatch {
  return ({ headers }) => {
    const named = headers['sessionward-session']
    if (named !== undefined) return named === sid
    return headers.cookie?.includes(`.${sid.slice(0, 8)}=`) ?? false
  }
}
