import { type Store, StoreUnavailableError } from '../store.js'

type Verb = (...args: never[]) => Promise<unknown>

/** The store with a way to close it: what was begun is finished, what comes later is rejected. */
export function drainOnClose(store: Omit<Store, 'close'>): Store {
  const begun = new Set<Promise<unknown>>()
  let closed = false

  function guarded(verb: Verb): Verb {
    return (...args) => {
      if (closed) return Promise.reject(new StoreUnavailableError('the store is closed'))
      const act = verb(...args)
      const leave = () => void begun.delete(act)
      begun.add(act)
      act.then(leave, leave)
      return act
    }
  }

  function guardedPart(part: Verb | Readonly<Record<string, Verb>>): unknown {
    if (typeof part === 'function') return guarded(part)
    return Object.fromEntries(Object.entries(part).map(([name, verb]) => [name, guarded(verb)]))
  }

  const parts = Object.entries(store as unknown as Record<string, Verb | Readonly<Record<string, Verb>>>)
  return {
    ...(Object.fromEntries(parts.map(([name, part]) => [name, guardedPart(part)])) as unknown as Omit<Store, 'close'>),
    async close() {
      closed = true
      await Promise.allSettled(begun)
    },
  }
}
