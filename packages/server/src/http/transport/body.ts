import { sessionHeader } from '@sessionward/protocol'
import type { RefreshTokenTransport } from './transport.js'

/** The refresh token in the JSON of request and answer, for clients that store it themselves. Requires no listed origin. */
export const bodyTransport: RefreshTokenTransport = {
  admit() {},
  async read(headers, refreshToken) {
    if (refreshToken === undefined) return null
    const sid = headers.get(sessionHeader)
    const presented = {
      token: refreshToken,
      transport: 'body',
      named: true,
      clear: [],
      clearEarlier: [],
      earlier: [],
    } as const
    return sid === null ? presented : { ...presented, sid }
  },
  readVisit: async () => null,
  readNamed: () => null,
  write: ({ answer }) => ({ answer, setCookies: [] }),
  earlier: async () => [],
  replaceEarlier: async () => [],
}
