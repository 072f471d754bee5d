import type { Environment } from '../environment.js'
import { within } from '../wait.js'

/**
 * One task at a time. It saves requests; correctness rests on the vault's fence and on the server's rule.
 *
 * @throws the signal's reason, if it comes while the task has not begun. A task that has begun runs to its end.
 */
export type Lock = <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>

/** @param patience milliseconds after which a lock is taken from whoever holds it: longer than any task. */
export function openLock(name: string, environment: Environment, patience: number): Lock {
  const { locks } = environment
  if (locks) return webLock(name, locks, environment, patience)
  let opening: Promise<Lock> | undefined
  return async (task, signal) => {
    // Few pages need it. Where it cannot be loaded, the fence and the server's rule must do.
    opening ??= import('./lease.js').then(
      ({ leaseLock }) => leaseLock(name, environment, patience),
      () => (task) => task(),
    )
    return await (await opening)(task, signal)
  }
}

/**
 * A Web Lock that is waited for at most `patience` milliseconds and then stolen once: a frozen tab keeps its lock
 * (w3c/web-locks issue 4). Who is robbed runs on, so every write is fenced.
 */
function webLock(name: string, locks: Pick<LockManager, 'request'>, environment: Environment, patience: number): Lock {
  return async <T>(task: () => Promise<T>, signal: AbortSignal) => {
    let running: Promise<T> | undefined
    const run = () => {
      running = task()
      return running
    }
    const waiting = within(patience, signal, environment)
    // Rejected by being robbed or by the task, if that has begun; else by a signal, or by a browser that grants no
    // locks here.
    await locks.request(name, { signal: waiting.signal }, run).catch(() => {})
    waiting.cancel()
    if (!running) {
      signal.throwIfAborted()
      await locks.request(name, { steal: true }, run).catch(() => {})
    }
    return await (running ?? task())
  }
}
