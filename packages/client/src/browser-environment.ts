import type { Environment } from './environment.js'
import { indexedDbVault } from './vault/indexeddb.js'
import { reliableVault } from './vault/reliable.js'

/** The environment of a page: what the client takes from the browser. Pass it with some functions replaced, in tests. */
export function browserEnvironment(): Environment {
  const { window, document, navigator } = globalThis
  const after: Environment['after'] = (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds)
    return () => clearTimeout(timer)
  }
  const listen = (names: string, call: () => void, signal: AbortSignal) => {
    // Captured, since `freeze` and `resume` do not bubble up from the document.
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
    remember: (key, text) => attempt(() => window!.localStorage.setItem(key, text)),
    recall: (key) => attempt(() => window!.localStorage.getItem(key)),
    openChannel: (name) => attempt(() => window && new BroadcastChannel(name)),
    openVault: (name) => reliableVault(indexedDbVault(name), { after }),
  }
}

/** Undefined if the API is missing or forbidden: an opaque origin (a sandboxed frame), a full disk. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch {
    return undefined
  }
}
