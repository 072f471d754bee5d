import type { OneTimeValueStore } from '../store.js'

export function memoryOneTimeValues(now: () => number): OneTimeValueStore {
  const expiries = new Map<string, number>()
  return {
    async claim(value, retention) {
      const at = now()
      if ((expiries.get(value) ?? 0) > at) return 'taken'
      expiries.set(value, at + retention * 1000)
      return 'claimed'
    },

    async deleteExpired(limit) {
      const at = now()
      const over = [...expiries].filter(([, expiry]) => expiry <= at).slice(0, limit)
      for (const [value] of over) expiries.delete(value)
      return over.length
    },
  }
}
