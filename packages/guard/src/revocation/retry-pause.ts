const longest = 30

/**
 * Milliseconds to wait before the feed is asked again: twice as long after each failure, 30 s at most. Half of it is left
 * to chance, so that guards that lost one auth server do not come back all at once.
 *
 * @param failures since something was last heard
 * @param first seconds
 * @param chance from 0 to 1
 */
export function retryPause(failures: number, first: number, chance: number): number {
  return Math.min(longest, first * 2 ** Math.min(failures, 10)) * 1000 * (0.5 + chance / 2)
}
