import type { Device } from './endpoints.js'

/** One of a person's own sessions, for the page that lists them. Nothing in it can be used to sign in. */
export interface OwnSession {
  readonly id: string
  /** Whether it is the session of the request. */
  readonly current: boolean
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
  readonly id: string
  readonly current: boolean
  readonly client_id: string
  readonly created_at: number
  readonly last_seen_at: number | null
  readonly expires_at: number
  readonly device: Pick<Device, 'name' | 'class'> | null
  readonly user_agent: string | null
  readonly address: string | null
  readonly place?: string
}

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
