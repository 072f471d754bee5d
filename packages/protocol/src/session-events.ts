import type { ErrorCode, ReplacedBy } from './errors.js'

/** An event of GET {basePath}/session/events: the JSON `data` of one server-sent event. */
export type SessionEvent = SessionAlive | SessionEnded

/** The session is active and the stream open. The first event, and the heartbeat. */
export interface SessionAlive {
  /** Tells the two events apart. */
  readonly type: 'alive'
  /** Maximum number of seconds until the next event. A reader reconnects after twice that time without one. */
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

/** Formats one server-sent event (HTML section 9.2.6). */
export function formatSessionEvent(event: SessionEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`
}

/** @returns undefined if the data is not such an event */
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
