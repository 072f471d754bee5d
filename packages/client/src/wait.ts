import type { Environment } from './environment.js'

/** The promise's outcome, or the signal's reason if that comes first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([promise, new Promise<never>((_, reject) => onAbort(signal, () => reject(signal.reason)))])
}

/** Calls when the signal comes, at once if it has come already. */
export function onAbort(signal: AbortSignal, call: () => void): void {
  if (signal.aborted) call()
  signal.addEventListener('abort', call)
}

export function pause(milliseconds: number, clock: Pick<Environment, 'after'>): Promise<void> {
  return new Promise((resolve) => void clock.after(milliseconds, resolve))
}

/** A signal that comes with another one, or after a time unless that is cancelled. */
export function within(
  milliseconds: number,
  signal: AbortSignal,
  clock: Pick<Environment, 'after'>,
): { readonly signal: AbortSignal; readonly cancel: () => void } {
  const abort = new AbortController()
  const stop = () => abort.abort()
  onAbort(signal, stop)
  return { signal: abort.signal, cancel: clock.after(milliseconds, stop) }
}
