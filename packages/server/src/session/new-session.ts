import { randomBytes } from 'node:crypto'
import type { Device, Transport } from '@sessionward/protocol'
import type { SessionKind } from './kind.js'
import { idleDeadlineAt } from './lifetime.js'
import { type Lifetimes, profileGracePeriod } from './policy.js'
import type { Session } from './session.js'

/** A session that begins: the person has just authenticated. */
export interface NewSession {
  /** Id of the person: `sub` of its tokens. */
  readonly subject: string
  /** Default: one tenant. */
  readonly tenant?: string
  /** `client_id`. Default: the option `clientId`. */
  readonly clientId?: string
  /** Default `cookie`; of a sliding session `body`, which is all it can have. */
  readonly transport?: Transport
  /** Default true. */
  readonly remember?: boolean
  /** Space-separated. Default: the directory's, read anew at each refresh. */
  readonly scope?: string
  /** Claims in addition to the directory's. Names of registered claims are refused. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** How the person authenticated (RFC 8176). Default: none. */
  readonly amr?: readonly string[]
  /** How well the person authenticated: the claim `acr`. Default: none. */
  readonly acr?: string
  /** When the person authenticated, in milliseconds since the epoch. Default: now. */
  readonly authTime?: number
  /** What the device states about itself. Default: nothing. */
  readonly device?: Device
  /** Network address of the client, for the person's own list of sessions. Default: none. */
  readonly address?: string
  /** `User-Agent` of the client, for the person's own list of sessions. Default: none. */
  readonly userAgent?: string
}

/** The record of a session that begins now, with the lifetimes, the client id and the kind that configuration gives it. */
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
    // Twice: a change that began right before the store knew this session could not outdate it, and may take its time.
    profileFrom: now + 2 * profileGracePeriod * 1000,
    ended: null,
  }
}
