import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/**
 * Controls that exist only in the playground: they make happen at a click what life makes happen at night. No part of
 * Sessionward has them. Each holds for one session only, so that two visitors do not disturb each other.
 */
export interface Faults {
  /** Destroys the connection of the session's next refresh, after the auth server has done its work. */
  loseNextAnswer(sid: string): void
  /** Destroys every connection that names the session to the auth server, for so many seconds. */
  takeAway(sid: string, seconds: number): void
  /** Lets the business server look at one access token as it will when the token has expired. */
  expire(jti: string): void
  isExpired(jti: string): boolean
  /** Notes when the auth server ended a session. */
  ended(sid: string): void
  /** Notes that the business server refused a session. */
  refused(sid: string): void
  /** Milliseconds from the end of a session to its first refusal by the business server; both servers share one clock here. */
  lag(sid: string): number | null
  /** The auth server as it is, behind these faults. */
  before(listener: RequestListener): RequestListener
}

export function createFaults(now: () => number = () => performance.now()): Faults {
  const losing = new Set<string>()
  const away = new Map<string, number>()
  const expired = new Set<string>()
  const endedAt = new Map<string, number>()
  const refusedAt = new Map<string, number>()

  return {
    loseNextAnswer: (sid) => void losing.add(sid),
    takeAway: (sid, seconds) => void away.set(sid, now() + seconds * 1000),
    expire: (jti) => void expired.add(jti),
    isExpired: (jti) => expired.has(jti),
    ended: (sid) => void endedAt.set(sid, now()),
    refused(sid) {
      if (endedAt.has(sid) && !refusedAt.has(sid)) refusedAt.set(sid, now())
    },
    lag(sid) {
      const [from, to] = [endedAt.get(sid), refusedAt.get(sid)]
      return from === undefined || to === undefined ? null : to - from
    },
    before: (listener) => (request, response) => {
      for (const [sid, until] of away) {
        if (until < now()) away.delete(sid)
        else if (names(request, sid)) return void request.socket.destroy()
      }
      const lost = isRefresh(request) && [...losing].find((sid) => names(request, sid))
      if (lost) {
        losing.delete(lost)
        breakOff(response)
      }
      listener(request, response)
    },
  }
}

function isRefresh(request: IncomingMessage): boolean {
  return request.method === 'POST' && request.url === '/auth/refresh'
}

/** Whether a request belongs to a session: it says so in its header, or one of its cookies bears the start of the id. */
function names(request: IncomingMessage, sid: string): boolean {
  const named = request.headers['sessionward-session']
  if (named !== undefined) return named === sid
  return request.headers.cookie?.includes(`.${sid.slice(0, 8)}=`) ?? false
}

/**
 * Lets the answer be made, and then the line break in its first bytes, before any header of it. Had the browser got
 * nothing at all, it would send the request again by itself on a fresh connection, and nobody would see the loss.
 */
function breakOff(response: ServerResponse): void {
  response.writeHead = () => response
  response.write = () => true
  response.end = () => {
    response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n')
    return response
  }
}
