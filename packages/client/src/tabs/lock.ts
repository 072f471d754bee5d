/**
 * One task at a time. It saves requests; correctness rests on the vault's fence and on the server's rule.
 *
 * @throws the signal's reason, if it comes while the task has not begun. A task that has begun runs to its end.
 */
export type Lock = <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>

/** As {@link Lock}; the task is given a signal that also comes when its time is over. */
export type TimedLock = <T>(task: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T>
