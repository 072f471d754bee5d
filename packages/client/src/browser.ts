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
