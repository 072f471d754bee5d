import type { Guard } from '@sessionward/guard'
import type { Config } from '../../../config.js'
import type { LiveStreams } from '../../../revocation/live-streams.js'
import type { SessionService } from '../../../session-service.js'
import type { Owner } from '../../../store/store.js'
import { emptyAnswer } from '../../answer.js'
import { streamHeaders } from '../../event-stream.js'
import type { HttpRequest } from '../../http-request.js'
import type { Route, RouteContext } from '../../route.js'
import type { Transports } from '../../transport/transport.js'

export interface SessionEventsParts {
  readonly config: Pick<Config, 'basePath'>
  readonly guard: Pick<Guard, 'check'>
  readonly sessions: Pick<SessionService, 'findFollowed'>
  readonly transports: Transports
  readonly liveStreams: Pick<LiveStreams, 'open'>
}

/**
 * GET {basePath}/session/events: notifies a browser when its session ends, as a stream of server-sent events. The session is that of
 * the access token in `Authorization`, or else of the refresh cookie, if a refresh would accept it. Without either the answer is 204,
 * after which an `EventSource` does not reconnect.
 */
export function sessionEvents({ config, guard, sessions, transports, liveStreams }: SessionEventsParts): Route {
  async function find(request: HttpRequest): Promise<(Owner & { readonly sid: string }) | undefined> {
    const { headers } = request
    if (headers.has('Authorization')) {
      const { sessionId: sid, subject, tenant } = await guard.check(request)
      return { sid: sid!, subject, tenant: tenant ?? '' }
    }
    const presented = await transports.cookie.read(headers, undefined)
    if (presented) {
      const session = await sessions.findFollowed(presented)
      return session && { ...session, sid: session.id }
    }
    // Refused even without a cookie, so that a page of an unlisted origin cannot find out whether somebody is signed in.
    if (headers.has('Origin')) transports.cookie.admit(headers)
    return undefined
  }

  return {
    method: 'GET',
    path: `${config.basePath}/session/events`,
    name: 'session_events',
    async handle({ request }: RouteContext) {
      const found = await find(request)
      if (!found) return emptyAnswer()
      // HEAD opens no stream: its body is never read, so it would never be cancelled.
      const body = request.method === 'HEAD' ? null : await liveStreams.open(found.sid, found)
      return { status: 200, headers: streamHeaders, setCookies: [], body }
    },
  }
}
