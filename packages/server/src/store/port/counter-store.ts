/** Counters with a time limit. */
export interface CounterStore {
  /**
   * Adds to a counter and returns its new value, which is never below 0. A positive amount creates a missing counter, which expires
   * `window` seconds later; the `window` of later calls does not change that. An amount of 0 reads the counter. For a missing counter,
   * 0 and negative amounts create nothing and return 0 for both members. A subtraction that reaches 0 deletes the counter immediately:
   * anyone can make the throttle create counters that it takes back, and they would fill the store.
   *
   * @param amount A whole number.
   * @param window Seconds.
   * @returns `resetsIn` in whole seconds, rounded up.
   */
  add(key: string, amount: number, window: number): Promise<{ readonly count: number; readonly resetsIn: number }>
}
