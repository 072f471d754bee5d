/** Timers of the browser. */
export interface Timer {
  /** Calls once after so many milliseconds, unless the returned function is called first. */
  after(milliseconds: number, call: () => void): () => void
}

/** Settles as the promise, or rejects with the signal's reason if that is aborted first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject).finally(onAbort(signal, () => reject(signal.reason)))
  })
}

/** Runs a task with a signal that is aborted with another one, or after a time. */
export async function within<T>(
  milliseconds: number,
  signal: AbortSignal,
  timer: Timer,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController()
  const expire = () => abort.abort(signal.reason)
  const stop = onAbort(signal, expire)
  const cancel = timer.after(milliseconds, expire)
  try {
    return await task(abort.signal)
  } finally {
    cancel()
    stop()
  }
}

export function pause(milliseconds: number, timer: Timer): Promise<void> {
  return new Promise((resolve) => void timer.after(milliseconds, resolve))
}

/** Calls when the signal is aborted, at once if it is already. @returns a function that removes the listener. */
export function onAbort(signal: AbortSignal, call: () => void): () => void {
  if (signal.aborted) call()
  signal.addEventListener('abort', call)
  return () => signal.removeEventListener('abort', call)
}
