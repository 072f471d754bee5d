import type { ClientConfig } from '../config.js'
import { orAborted, within } from '../wait.js'
import type { Lock, TimedLock } from './lock.js'

export function openLock(config: ClientConfig): TimedLock {
  const { environment, timeouts } = config
  const lock = environment.locks ? webLock(environment.locks, config) : lazyLease(config)
  return (task, signal) => lock(() => within(timeouts.request, signal, environment, task), signal)
}

/** Few pages need the lease. Where it cannot be loaded in time, the fence and the server's rule must do. */
function lazyLease(config: ClientConfig): Lock {
  const { environment, timeouts } = config
  let opening: Promise<Lock> | undefined
  return async (task, signal) => {
    opening ??= import('./lease.js').then(({ leaseLock }) => leaseLock(config))
    const loaded = within(timeouts.lock, signal, environment, (signal) => orAborted(opening!, signal))
    const lease = await loaded.catch(() => undefined)
    return await (lease ? lease(task, signal) : task())
  }
}

/**
 * A Web Lock that is waited for so long, and then stolen once: a frozen tab keeps its lock (w3c/web-locks issue 4). The
 * previous holder continues to run, so every write is fenced.
 */
function webLock(locks: Pick<LockManager, 'request'>, { name, environment, timeouts }: ClientConfig): Lock {
  return async <T>(task: () => Promise<T>, signal: AbortSignal) => {
    let running: Promise<T> | undefined
    const run = () => {
      running = task()
      return running
    }
    // Rejected if the lock is stolen or the task fails, if that has begun; else by a signal, or by a browser that grants no
    // locks here.
    const request = (options: LockOptions) => locks.request(name, options, run).catch(() => {})
    await within(timeouts.lock, signal, environment, (signal) => request({ signal }))
    if (!running) {
      signal.throwIfAborted()
      await request({ steal: true })
    }
    return await (running ?? task())
  }
}
