import type { ReplacedBy, User } from '@sessionward/protocol'
import type { SignOutReason } from '../errors.js'
import type { Clock } from '../expiry.js'
import type { Tokens } from '../tokens.js'
import type { Timer } from '../wait.js'

/** What the tabs of one browser share about the session: whose it is, or how it ended. */
export type VaultRecord = {
  /** Grows with every write. A tab that has read an older version must not write (the fence for a stolen lock). */
  readonly version: number
} & (
  | {
      readonly session: {
        readonly sid: string
        /** Nothing where the access token is opaque. */
        readonly sub: string | undefined
        /** Which access token is the latest. */
        readonly jti: string
        /** Shown by a page that opens while the auth server is unavailable. */
        readonly user: User
        /** Only in body transport. In a sliding session the access token, which is exchanged itself. */
        readonly refreshToken: string | undefined
        /** Whether the session outlives the browser, as the sign-in asked; undefined if this browser did not sign in itself. */
        readonly remember?: boolean | undefined
        /** Only in a vault that the application chose: a reload needs no refresh then. */
        readonly tokens?: Tokens | undefined
      }
      readonly asked?: undefined
    }
  | (Ending & {
      readonly session?: undefined
      /** The session that ended. After a sign-out, the auth server may not know that yet. */
      readonly sid: string | undefined
    })
)

/** Why there is no session. */
export interface Ending {
  /** The code of the end, or one of the client's own. */
  readonly reason: SignOutReason
  /** The sign-in that took the place of the session under a session policy. */
  readonly replacedBy?: ReplacedBy | undefined
  /** Whether the person asked to be signed out. */
  readonly asked?: boolean | undefined
}

/**
 * Shared memory of the tabs. One transaction reads the record, calls `change` with it, and writes what `change` returns; if
 * that is undefined, it writes nothing. After a failed transaction `change` is called again; the last call counts.
 *
 * @returns what was there before.
 * @throws if the vault cannot be used now. It need not be empty then.
 */
export type Vault<T = VaultRecord> = (change: (before: T | undefined) => T | undefined) => Promise<T | undefined>

/** What a vault takes from the browser. */
export interface VaultTools extends Timer, Pick<Clock, 'wall'> {
  /** Opens the channel between the tabs; undefined where there is none. */
  openChannel(name: string): Pick<BroadcastChannel, 'postMessage' | 'onmessage'> | undefined
}

/** Opens the vault of a client by its name. */
export type OpenVault = (name: string, tools: VaultTools) => Vault

export function readVault(vault: Vault): Promise<VaultRecord | undefined> {
  return vault(() => undefined)
}

/**
 * A version of another tab counts unless it is more than some 28 hours ahead of this clock: after that, every later one would
 * look old, for ever.
 */
export function isCredible(version: number, clock: Pick<Clock, 'wall'>): boolean {
  return version < clock.wall() + 1e8
}
