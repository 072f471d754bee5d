import { createHash } from 'node:crypto'
import type { CounterStore } from '../store/store.js'
import type { CounterLimit } from './throttle-limits.js'

/** A counter of attempts with its maximum. The parts identify what it counts. */
export function counterOf(
  store: CounterStore,
  kind: string,
  { max, window }: CounterLimit,
  ...parts: readonly string[]
) {
  const key = keyOf(kind, parts)
  return { max, add: (amount: number) => store.add(key, amount, window) }
}

/**
 * Remembers whether an account has signed in from an address. The expiry of a counter cannot be extended, so two counters with twice the
 * time overlap: when half of the first has passed, the second is started.
 */
export function knownAddress(store: CounterStore, knownFor: number, ...parts: readonly string[]) {
  const add = (kind: string, amount: number) => store.add(keyOf(kind, parts), amount, 2 * knownFor)
  return {
    async isKnown() {
      const counters = await Promise.all([add('known', 0), add('known-later', 0)])
      return counters.some(({ count }) => count > 0)
    },
    async remember() {
      const { resetsIn } = await add('known', 1)
      if (resetsIn < knownFor) await add('known-later', 1)
    },
  }
}

/** Hashed, because keys must not contain user input. JSON separates the parts unambiguously. */
function keyOf(kind: string, parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
  return `sign-in.${kind}.${digest}`
}
