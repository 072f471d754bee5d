/**
 * One task at a time, to save requests. Correctness depends on the vault's fence and on the rotation rule of the server.
 *
 * @throws the signal's reason, if it is aborted before the task has begun. A task that has begun runs to its end.
 */
export type Lock = <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>

/** As {@link Lock}; the signal of the task is also aborted when its time is over. */
export type TimedLock = <T>(task: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T>
