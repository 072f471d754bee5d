import type { Device } from './endpoints.js'

/** One of a person's own sessions, for the page that lists them. Nothing in it can be used to sign in. */
export interface OwnSession {
  /** `sid` of the session's access tokens. */
  readonly id: string
  /** Whether it is the session of the request. */
  readonly current: boolean
  /** The client on which the person signed in. */
  readonly clientId: string
  /** NumericDate, seconds: the sign-in. */
  readonly createdAt: number
  /** NumericDate, seconds: the latest refresh. Null where sessions of its kind keep no such record. */
  readonly lastSeenAt: number | null
  /** NumericDate, seconds: the absolute timeout. */
  readonly expiresAt: number
  /** As it was stated at the sign-in; null where nothing was. Show `name` as text: any client can choose it. */
  readonly device: Pick<Device, 'name' | 'class'> | null
  /** `User-Agent` at the sign-in. */
  readonly userAgent: string | null
  /** Network address at the sign-in, without the part that one subscriber chooses (IPv6: the /64). */
  readonly address: string | null
  /** What the auth server's option `place` says of the address. */
  readonly place?: string
}

/** {@link OwnSession} as sent over the wire, in snake_case. */
export interface OwnSessionOnWire {
  /** `sid` of the session's access tokens. */
  readonly id: string
  /** Whether it is the session of the request. */
  readonly current: boolean
  /** The client on which the person signed in. */
  readonly client_id: string
  /** NumericDate, seconds: the sign-in. */
  readonly created_at: number
  /** NumericDate, seconds: the latest refresh; null where no such record is kept. */
  readonly last_seen_at: number | null
  /** NumericDate, seconds: the absolute timeout. */
  readonly expires_at: number
  /** As it was stated at the sign-in; null where nothing was. */
  readonly device: Pick<Device, 'name' | 'class'> | null
  /** `User-Agent` at the sign-in. */
  readonly user_agent: string | null
  /** Network address at the sign-in, as in `OwnSession`. */
  readonly address: string | null
  /** What the auth server's option `place` says of the address. */
  readonly place?: string
}

/** Writes a session of the list in snake_case. */
export function ownSessionToWire(session: OwnSession): OwnSessionOnWire {
  const { clientId, createdAt, lastSeenAt, expiresAt, userAgent, ...rest } = session
  return {
    ...rest,
    client_id: clientId,
    created_at: createdAt,
    last_seen_at: lastSeenAt,
    expires_at: expiresAt,
    user_agent: userAgent,
  }
}

/**
 * Reads the answer of GET {basePath}/sessions.
 *
 * @returns undefined if the JSON is not such an answer: a captive portal or a proxy may answer 200 with its own page.
 */
export function ownSessionsFromWire(json: unknown): readonly OwnSession[] | undefined {
  const { sessions } = (json ?? {}) as { readonly sessions?: unknown }
  if (!Array.isArray(sessions)) return undefined
  return sessions.map((wire: OwnSessionOnWire) => {
    const { client_id, created_at, last_seen_at, expires_at, user_agent, ...rest } = wire
    return {
      ...rest,
      clientId: client_id,
      createdAt: created_at,
      lastSeenAt: last_seen_at,
      expiresAt: expires_at,
      userAgent: user_agent,
    }
  })
}
