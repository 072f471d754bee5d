import { indexedDbVault } from './vault/indexeddb.js'
import { memoryVault, sturdyVault } from './vault/memory.js'
import type { Vault } from './vault/vault.js'

/** What of a BroadcastChannel is used. */
export type Channel = Pick<BroadcastChannel, 'postMessage' | 'onmessage' | 'close'>

/** Every fact that the client takes from the browser, so that a test can put another world in its place. */
export interface Environment {
  /** Origin of the page. Nothing on a server: there are no timers, channels, locks or shared instances then. */
  readonly page: string | undefined
  /** Undefined outside secure contexts. */
  readonly locks: Pick<LockManager, 'request'> | undefined
  /** Milliseconds on a clock that never goes back. It may stand still while the machine sleeps. */
  monotonic(): number
  /** Milliseconds since the epoch, on a clock that people may set. */
  wall(): number
  /** Calls once after so many milliseconds, unless the returned function is called first. */
  after(milliseconds: number, call: () => void): () => void
  fetch(request: Request): Promise<Response>
  visible(): boolean
  online(): boolean
  /** Calls whenever the page may have slept, been hidden or been cut off, and no longer is; until the signal comes. */
  onWake(call: () => void, signal: AbortSignal): void
  openChannel(name: string): Channel | undefined
  openVault<T>(name: string): Vault<T>
}

export function browserEnvironment(): Environment {
  const { window, document, navigator } = globalThis
  const after: Environment['after'] = (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds)
    return () => clearTimeout(timer)
  }
  const visible = () => !document?.hidden
  return {
    page: window?.location?.origin,
    locks: navigator?.locks,
    monotonic: () => performance.now(),
    wall: Date.now,
    after,
    fetch: (request) => fetch(request),
    visible,
    online: () => navigator?.onLine !== false,
    onWake(call, signal) {
      const wake = () => visible() && call()
      // Caught on the way down, since `resume` does not come up from the document.
      for (const name of ['visibilitychange', 'resume', 'pageshow', 'online']) {
        window.addEventListener(name, wake, { capture: true, signal })
      }
    },
    openChannel(name) {
      try {
        return window && new BroadcastChannel(name)
      } catch {
        return undefined // Not there, or an opaque origin (a sandboxed frame), which has no right to it.
      }
    },
    openVault: <T>(name: string) => (window ? sturdyVault<T>(indexedDbVault(name), { after }) : memoryVault<T>()),
  }
}
