import type { Environment } from './environment.js'
import { indexedDbVault } from './vault/indexeddb.js'
import { memoryVault } from './vault/memory.js'
import { sturdyVault } from './vault/sturdy.js'

export function browserEnvironment(): Environment {
  const { window, document, navigator } = globalThis
  const after: Environment['after'] = (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds)
    return () => clearTimeout(timer)
  }
  const listen = (names: string, call: () => void, signal: AbortSignal) => {
    // Caught on the way down, since `freeze` and `resume` do not come up from the document.
    for (const name of names.split(' ')) window?.addEventListener(name, call, { capture: true, signal })
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
    onWake: (call, signal) => listen('visibilitychange resume pageshow online', () => visible() && call(), signal),
    onHide: (call, signal) => listen('freeze pagehide', call, signal),
    storage() {
      try {
        return window?.localStorage
      } catch {
        return undefined // An opaque origin, or a person who has forbidden it.
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
