/** A value, or a promise of it where something must be awaited. */
export type MaybePromise<T> = T | Promise<T>

/** By its `then`, because an application may have replaced the global `Promise`. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}

/**
 * Calls `next` in the same turn unless the value is a promise. A function that is `async` for its rare case makes every request
 * wait for several turns.
 */
export function andThen<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return isPromise(value) ? value.then(next) : next(value)
}
