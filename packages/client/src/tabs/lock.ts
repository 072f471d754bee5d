import type { Environment } from '../environment.js'
import { onAbort } from '../wait.js'

/**
 * One task at a time. It saves requests; correctness rests on the vault's fence and on the server's rule.
 *
 * @throws the signal's reason, if it comes while the task has not begun. A task that has begun runs to its end.
 */
export type Lock = <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>

/**
 * A Web Lock that is waited for at most `patience` milliseconds and then stolen once: a frozen tab keeps its lock
 * (w3c/web-locks issue 4). Who is robbed runs on, so every write is fenced.
 */
export function webLock(
  name: string,
  locks: Pick<LockManager, 'request'>,
  environment: Environment,
  patience: number,
): Lock {
  return async <T>(task: () => Promise<T>, signal: AbortSignal) => {
    let running: Promise<T> | undefined
    const run = () => {
      running = task()
      return running
    }
    const waiting = new AbortController()
    const stop = () => waiting.abort()
    const unlisten = onAbort(signal, stop)
    const cancel = environment.after(patience, stop)
    // Rejected by being robbed or by the task, if that has begun; else by a signal, or by a browser that grants no
    // locks here.
    await locks.request(name, { signal: waiting.signal }, run).catch(() => {})
    cancel()
    unlisten()
    if (!running) {
      signal.throwIfAborted()
      await locks.request(name, { steal: true }, run).catch(() => {})
    }
    return await (running ?? task())
  }
}

/** One after the other in this tab. */
export function tabLock(): Lock {
  let last: Promise<unknown> = Promise.resolve()
  return (task, signal) => {
    const turn = last.then(() => {
      signal.throwIfAborted()
      return task()
    })
    last = turn.catch(() => {})
    return turn
  }
}
