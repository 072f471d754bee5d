import type { Vault } from './vault/vault.js'
import type { Timer } from './wait.js'

/** The part of a BroadcastChannel that is used. */
export type Channel = Pick<BroadcastChannel, 'postMessage' | 'onmessage' | 'close'>

/** Everything that the client takes from the browser, so that a test can replace it. */
export interface Environment extends Timer {
  /** Origin of the page. Undefined on a server: there are no timers, channels, locks or shared instances then. */
  readonly page: string | undefined
  /** Undefined outside secure contexts. */
  readonly locks: Pick<LockManager, 'request'> | undefined
  /** Milliseconds on a clock that never goes back. It may stand still while the machine sleeps. */
  monotonic(): number
  /** Milliseconds since the epoch, on a clock that people may set. */
  wall(): number
  /** Sends a request. */
  fetch(request: Request): Promise<Response>
  /** Whether a person can see the page. */
  visible(): boolean
  /** Whether the browser believes that there is a network. */
  online(): boolean
  /** Calls when the page is visible, awake or online again; until the signal is aborted. */
  onWake(call: () => void, signal: AbortSignal): void
  /** Calls before the page is frozen or closed; until the signal is aborted. */
  onHide(call: () => void, signal: AbortSignal): void
  /** Keeps a string for pages that open later, even while this one closes. Best effort; no secrets. */
  remember(key: string, text: string): void
  /** Reads what `remember` kept; undefined if the browser keeps nothing. */
  recall(key: string): string | null | undefined
  /** Opens the channel between the tabs; undefined where there is none. */
  openChannel(name: string): Channel | undefined
  /** Opens the vault of a client by its name. */
  openVault<T>(name: string): Vault<T>
}
