import { randomBytes } from 'node:crypto'
import type { Device, Transport } from '@sessionward/protocol'
import type { SessionKind } from './kind.js'
import { idleDeadlineAt, type Lifetimes, profileGracePeriod } from './lifetime.js'
import type { Session } from './session.js'

/** Input of a new session, for a person who has just authenticated. */
export interface NewSession {
  /** Id of the person: `sub` of its tokens. */
  readonly subject: string
  /** Default: one tenant. */
  readonly tenant?: string
  /** `client_id`. Default: the option `clientId`. */
  readonly clientId?: string
  /** Default `cookie`; `body` for a sliding session, which supports no other. */
  readonly transport?: Transport
  /** Default true. */
  readonly remember?: boolean
  /** Space-separated (RFC 6749 section 3.3). Default: the directory's, read again at each refresh. */
  readonly scope?: string
  /** Claims in addition to the directory's. Names of registered claims are refused. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** How the person authenticated (RFC 8176). Default: none. */
  readonly amr?: readonly string[]
  /** How well the person authenticated: the claim `acr`. Default: none. */
  readonly acr?: string
  /** When the person authenticated, in milliseconds since the epoch. Default: now. */
  readonly authTime?: number
  /** The device's own description. Default: none. */
  readonly device?: Device
  /** Network address of the client, for the person's own list of sessions. Default: none. */
  readonly address?: string
  /** `User-Agent` of the client, for the person's own list of sessions. Default: none. */
  readonly userAgent?: string
}

/** The record of a session that begins at `now`, with the configured lifetimes, client id and kind. */
export function newSession(
  input: NewSession,
  now: number,
  lifetimes: Lifetimes,
  clientId: string,
  kind: SessionKind,
): Session {
  const remember = input.remember ?? true
  const { idle, absolute } = kind.lifetimesFor(lifetimes, remember)
  const absoluteDeadline = now + absolute * 1000
  return {
    id: randomBytes(16).toString('base64url'),
    tenant: input.tenant ?? '',
    subject: input.subject,
    clientId: input.clientId ?? clientId,
    kind: kind.name,
    transport: input.transport ?? kind.transports[0],
    remember,
    scope: input.scope ?? null,
    claims: input.claims ?? {},
    amr: input.amr ?? [],
    acr: input.acr ?? null,
    device: input.device ?? null,
    address: input.address ?? null,
    userAgent: input.userAgent ?? null,
    binding: null,
    salt: randomBytes(16),
    generation: 0,
    nonce: randomBytes(16),
    superseded: [],
    authTime: input.authTime ?? now,
    createdAt: now,
    idleTimeout: idle,
    idleDeadline: idleDeadlineAt({ idleTimeout: idle, absoluteDeadline }, now),
    absoluteDeadline,
    // Twice the grace period: a change that began just before the session was stored cannot update its `profileFrom`, and may
    // still take the whole grace period to commit.
    profileFrom: now + 2 * profileGracePeriod * 1000,
    ended: null,
  }
}
