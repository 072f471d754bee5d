import type { Environment } from './environment.js'

/** The promise's outcome, or the signal's reason if that comes first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = onAbort(signal, () => reject(signal.reason))
    promise.then(resolve, reject).finally(stop)
  })
}

/** Calls when the signal comes, at once if it has come already. Returns a function that ends it. */
export function onAbort(signal: AbortSignal, call: () => void): () => void {
  if (signal.aborted) call()
  signal.addEventListener('abort', call)
  return () => signal.removeEventListener('abort', call)
}

export function pause(milliseconds: number, environment: Environment): Promise<void> {
  return new Promise((resolve) => void environment.after(milliseconds, resolve))
}
