import type { Device, ReplacedBy, SessionEndReason, Transport } from '@sessionward/protocol'

/** What a record keeps of a superseded refresh token. */
export interface SupersededToken {
  /** Its generation. */
  readonly generation: number
  /** The first 8 bytes of its nonce. */
  readonly nonce: Uint8Array
  /** When a later token was confirmed in its place, in milliseconds on the store's clock. */
  readonly at: number
}

/** The part of a session that rotation reads and writes: the confirmed refresh token, and the superseded ones. */
export interface ConfirmedToken {
  /** How many times the session's refresh token has been rotated; 0 at sign-in. A u32. */
  readonly generation: number
  /** 16 bytes. */
  readonly nonce: Uint8Array
  /** Superseded tokens, the latest first: the last four, and up to 32 that were superseded within the last 10 seconds. */
  readonly superseded: readonly SupersededToken[]
}

/** The key whose possession a client proves at every refresh (RFC 9449). Fixed at sign-in. */
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

/** The part of a session that is set when it starts and never changes. */
export interface SessionOrigin {
  /** 16 random bytes, base64url: 22 characters. */
  readonly id: string
  /** Empty if there is only one tenant. */
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
  /** Set by the call that started the session; null: the directory's, read again at each refresh. */
  readonly scope: string | null
  /** Claims of the call that started the session, in addition to the directory's. */
  readonly claims: Readonly<Record<string, unknown>>
  /** How the person authenticated (RFC 8176). */
  readonly amr: readonly string[]
  /** How well the person authenticated (`acr`); null if unknown. */
  readonly acr: string | null
  /** The device's own description; null if it sent none. */
  readonly device: Device | null
  /** Network address and browser at sign-in, for the person's own list of sessions. */
  readonly address: string | null
  /** `User-Agent` at the sign-in; null where there was none. */
  readonly userAgent: string | null
  /** The key that the session is tied to; null where there is none. */
  readonly binding: Binding | null
  /** 16 random bytes that only the store holds; a refresh token cannot be forged without them. */
  readonly salt: Uint8Array
  /** When the person authenticated. All instants are milliseconds on the store's clock. */
  readonly authTime: number
  /** When it started, in milliseconds on the store's clock. */
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
  /** The sign-in that replaced it under a session policy. */
  readonly replacedBy?: ReplacedBy
}

/** One sign-in of one subject on one client, as the store keeps it. It holds no token and no hash of one. */
export interface Session extends SessionOrigin, ConfirmedToken {
  /** When it ends if it is not used, in milliseconds on the store's clock. */
  readonly idleDeadline: number
  /** Profiles of the subject that were read before this time are out of date. Milliseconds on the store's clock. */
  readonly profileFrom: number
  /** Why and when the session ended; null while it is active. */
  readonly ended: SessionEnd | null
}
