import { copyOf } from '../driver/copy-of.js'
import type { KeyStore, SigningKey } from '../store.js'

export function memoryKeys(now: () => number): KeyStore {
  const keys = new Map<string, SigningKey>()

  function isTaken(key: SigningKey): boolean {
    if (keys.has(key.kid)) return true
    if (key.state === 'retired') return false
    return [...keys.values()].some((other) => other.algorithm === key.algorithm && other.state === key.state)
  }

  return {
    async list() {
      return copyOf([...keys.values()].sort((one, other) => one.createdAt - other.createdAt))
    },

    async create(key) {
      if (isTaken(key)) return 'taken'
      keys.set(key.kid, copyOf(key))
      return 'created'
    },

    async rotate(change) {
      const current = keys.get(change.current)
      const next = keys.get(change.next)
      if (current?.state !== 'current' || next?.state !== 'next' || current.algorithm !== next.algorithm) return 'lost'
      const since = now()
      keys.set(current.kid, { ...current, state: 'retired', since })
      keys.set(next.kid, { ...next, state: 'current', since })
      return 'rotated'
    },

    async deleteRetired(retention) {
      const before = now() - retention * 1000
      const over = [...keys.values()].filter((key) => key.state === 'retired' && key.since < before)
      for (const key of over) keys.delete(key.kid)
      return over.length
    },
  }
}
