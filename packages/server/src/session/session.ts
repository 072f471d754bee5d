import type { Device, ReplacedBy, SessionEndReason, Transport } from '@sessionward/protocol'

/** A superseded refresh token: what the record remembers of it. */
export interface SupersededToken {
  /** Its generation. */
  readonly generation: number
  /** The first 8 bytes of its nonce. */
  readonly nonce: Uint8Array
  /** When a later token was confirmed in its place, in milliseconds on the store's clock. */
  readonly at: number
}

/** The part of a session that rotation reads and writes: the last confirmed refresh token, and those before it. */
export interface ConfirmedToken {
  /** How many times the session's refresh token has been rotated; 0 at sign-in. A u32. */
  readonly generation: number
  /** 16 bytes. */
  readonly nonce: Uint8Array
  /** Superseded tokens, the latest first: the last four, and up to 32 of those superseded within the last 10 s. */
  readonly superseded: readonly SupersededToken[]
}

/** The key that a client proves at every refresh (RFC 9449: JWK SHA-256 thumbprint). Fixed at sign-in. */
export interface Binding {
  /** The kind of proof. */
  readonly type: 'dpop'
  /** Thumbprint of the key (RFC 7638), in base64url. */
  readonly jkt: string
}

/**
 * What a client exchanges for its next tokens: a refresh token that rotates, its access token, which is then the only token of
 * the session, or one token that stays the same as long as the session lasts.
 */
export type SessionKindName = 'rotating' | 'sliding' | 'fixed'

/** What is known about a session from its first moment and never changes. */
export interface SessionOrigin {
  /** 16 random bytes, base64url: 22 characters. */
  readonly id: string
  /** Empty where there is only one tenant. */
  readonly tenant: string
  /** `sub` of its tokens. */
  readonly subject: string
  /** The client on which the person signed in. */
  readonly clientId: string
  /** What the client exchanges for its next tokens. */
  readonly kind: SessionKindName
  /** How the refresh token travels. */
  readonly transport: Transport
  /** Whether the cookie outlives the browser. */
  readonly remember: boolean
  /** Fixed by the call that started the session; null: the directory's, read anew at each refresh. */
  readonly scope: string | null
  /** Claims of the call that started the session, in addition to the directory's. */
  readonly claims: Readonly<Record<string, unknown>>
  /** How the person authenticated (RFC 8176). */
  readonly amr: readonly string[]
  /** How well the person authenticated; null where nothing says. */
  readonly acr: string | null
  /** What the device stated about itself; null where it stated nothing. */
  readonly device: Device | null
  /** Network address and browser at sign-in, for the person's own list of sessions. */
  readonly address: string | null
  /** `User-Agent` at the sign-in; null where there was none. */
  readonly userAgent: string | null
  /** The key that the session is tied to; null where there is none. */
  readonly binding: Binding | null
  /** 16 random bytes that only the store holds: without them no refresh token can be made. */
  readonly salt: Uint8Array
  /** When the person authenticated. All instants are milliseconds on the store's clock. */
  readonly authTime: number
  /** When it began, in milliseconds on the store's clock. */
  readonly createdAt: number
  /** Seconds. */
  readonly idleTimeout: number
  /** When it ends at the latest, in milliseconds on the store's clock. */
  readonly absoluteDeadline: number
}

/** How a session ended. */
export interface SessionEnd {
  /** Why it ended. */
  readonly reason: SessionEndReason
  /** When it ended, in milliseconds on the store's clock. */
  readonly at: number
  /** The sign-in that took its place under a session policy. */
  readonly replacedBy?: ReplacedBy
}

/** One sign-in of one subject on one client, as the store keeps it. It holds no token and no hash of one. */
export interface Session extends SessionOrigin, ConfirmedToken {
  /** When it ends if it is not used, in milliseconds on the store's clock. */
  readonly idleDeadline: number
  /** What was read of the subject's profile before this instant is out of date. */
  readonly profileFrom: number
  /** Why and when the session ended; null while it is active. */
  readonly ended: SessionEnd | null
}
