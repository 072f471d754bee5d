import type { ErrorCode, ReplacedBy } from './errors.js'

/** What GET {basePath}/session/events says: each is the JSON `data` of one server-sent event. */
export type SessionEvent = SessionAlive | SessionEnded

/** The session is active and the stream open. The first event, and the heartbeat. */
export interface SessionAlive {
  /** Tells the two events apart. */
  readonly type: 'alive'
  /** Seconds until the next event at the latest: a reader that hears nothing for twice as long reconnects. */
  readonly heartbeat: number
}

/** The session is over. The last event. */
export interface SessionEnded {
  /** Tells the two events apart. */
  readonly type: 'ended'
  /** The session that ended. */
  readonly sid: string
  /** Why it ended. */
  readonly reason: ErrorCode
  /** Only with `session_replaced`, and only where a session policy ended the session: by which sign-in. */
  readonly replacedBy?: ReplacedBy
}

/** One event of the stream (HTML section 9.2.6). */
export function formatSessionEvent(event: SessionEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`
}

/** @returns nothing where the data is no such event. */
export function parseSessionEvent(data: string): SessionEvent | undefined {
  const event = parse(data)
  if (event?.type === 'alive' && Number(event.heartbeat) > 0) return event as SessionAlive
  if (event?.type === 'ended' && typeof event.sid === 'string' && typeof event.reason === 'string')
    return event as SessionEnded
  return undefined
}

function parse(data: string): { readonly [name in keyof SessionAlive | keyof SessionEnded]?: unknown } | null {
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}
