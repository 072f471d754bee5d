import { indexedDbVault } from './vault/indexeddb.js'
import { memoryVault } from './vault/memory.js'
import type { Vault } from './vault/vault.js'
import { sturdyVault } from './vault/vault.js'

/** What of a BroadcastChannel is used. */
export type Channel = Pick<BroadcastChannel, 'postMessage' | 'onmessage' | 'close'>

/** Every fact that the client takes from the browser, so that a test can put another world in its place. */
export interface Environment {
  /** Origin of the page. Nothing on a server: there are no timers, channels, locks or shared instances then. */
  readonly page: string | undefined
  /** Undefined outside secure contexts. */
  readonly locks: Pick<LockManager, 'request'> | undefined
  /** Milliseconds since the epoch at which `monotonic` began. */
  readonly timeOrigin: number
  /** Milliseconds on a clock that never goes back. It may stand still while the machine sleeps. */
  monotonic(): number
  /** Milliseconds since the epoch, on a clock that people may set. */
  wall(): number
  random(): number
  /** Calls once after so many milliseconds, unless the returned function is called first. */
  after(milliseconds: number, call: () => void): () => void
  fetch(request: Request): Promise<Response>
  visible(): boolean
  online(): boolean
  /** Calls whenever the page may have slept, been hidden or been cut off, and no longer is. */
  onWake(call: () => void): () => void
  openChannel(name: string): Channel | undefined
  openVault(name: string): Vault
}

export function browserEnvironment(): Environment {
  const page = typeof window === 'undefined' ? undefined : globalThis.location?.origin
  const onServer = typeof window === 'undefined'
  const after: Environment['after'] = (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds)
    return () => clearTimeout(timer)
  }
  const visible = () => globalThis.document?.visibilityState !== 'hidden'
  return {
    page,
    locks: onServer ? undefined : globalThis.navigator?.locks,
    timeOrigin: performance.timeOrigin,
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    random: () => Math.random(),
    after,
    fetch: (request) => fetch(request),
    visible,
    online: () => globalThis.navigator?.onLine !== false,
    onWake(call) {
      const wake = () => visible() && call()
      const targets = [
        [globalThis.document, ['visibilitychange', 'resume']],
        [globalThis.window, ['pageshow', 'online']],
      ] as const
      for (const [target, names] of targets) for (const name of names) target?.addEventListener?.(name, wake)
      return () => {
        for (const [target, names] of targets) for (const name of names) target?.removeEventListener?.(name, wake)
      }
    },
    openChannel(name) {
      if (onServer || typeof BroadcastChannel === 'undefined') return undefined
      try {
        return new BroadcastChannel(name)
      } catch {
        return undefined // An opaque origin (a sandboxed frame) may have the class and no right to it.
      }
    },
    openVault: (name) => (onServer ? memoryVault() : sturdyVault(indexedDbVault(name), memoryVault(), after)),
  }
}
