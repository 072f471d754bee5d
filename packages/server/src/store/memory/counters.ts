import type { CounterStore } from '../store.js'

export function memoryCounters(now: () => number): CounterStore {
  const counters = new Map<string, { readonly count: number; readonly resetsAt: number }>()
  let sweepAtSize = 1000

  function deleteExpired(at: number): void {
    for (const [key, counter] of counters) if (counter.resetsAt <= at) counters.delete(key)
    sweepAtSize = Math.max(1000, 2 * counters.size)
  }

  return {
    async add(key, amount, window) {
      const at = now()
      const kept = counters.get(key)
      const running = kept && kept.resetsAt > at ? kept : undefined
      if (!running && amount <= 0) return { count: 0, resetsIn: 0 }
      if (counters.size >= sweepAtSize) deleteExpired(at)
      const count = Math.max(0, (running?.count ?? 0) + amount)
      if (count === 0) {
        counters.delete(key)
        return { count, resetsIn: 0 }
      }
      const counter = {
        count,
        resetsAt: running?.resetsAt ?? at + window * 1000,
      }
      counters.set(key, counter)
      return { count: counter.count, resetsIn: Math.ceil((counter.resetsAt - at) / 1000) }
    },
  }
}
