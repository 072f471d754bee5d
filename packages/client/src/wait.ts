import type { Environment } from './environment.js'

type Clock = Pick<Environment, 'after'>

/** The promise's outcome, or the signal's reason if that comes first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([promise, new Promise<never>((_, reject) => onAbort(signal, () => reject(signal.reason)))])
}

/** Runs a task with a signal that comes with another one, or after a time. */
export async function within<T>(
  milliseconds: number,
  signal: AbortSignal,
  clock: Clock,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController()
  const stop = () => abort.abort(signal.reason)
  onAbort(signal, stop)
  const cancel = clock.after(milliseconds, stop)
  return await task(abort.signal).finally(cancel)
}

export function pause(milliseconds: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => void clock.after(milliseconds, resolve))
}

/** Calls when the signal comes, at once if it has come already. */
function onAbort(signal: AbortSignal, call: () => void): void {
  if (signal.aborted) call()
  signal.addEventListener('abort', call)
}
