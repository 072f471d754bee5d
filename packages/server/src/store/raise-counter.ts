import type { CounterStore } from './store.js'

/**
 * Raises a counter to `wanted`, unless it is higher. Two nodes that do so at once add up: then the excess is subtracted, and
 * the larger value stays.
 *
 * @returns its value now.
 */
export async function raiseCounter(
  counters: CounterStore,
  key: string,
  wanted: number,
  window: number,
): Promise<number> {
  const { count: before } = await counters.add(key, 0, window)
  if (before >= wanted) return before
  const { count } = await counters.add(key, wanted - before, window)
  const excess = Math.min(count - wanted, wanted - before)
  if (excess <= 0) return count
  return (await counters.add(key, -excess, window)).count
}
