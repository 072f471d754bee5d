import type { ClientConfig } from '../config.js'
import { orAborted, within } from '../wait.js'
import type { Lock, TimedLock } from './lock.js'

export function openLock(config: ClientConfig): TimedLock {
  const { environment, timeouts } = config
  const lock = (environment.locks ? webLock : lazyLease)(config)
  return (task, signal) => lock(() => within(timeouts.request, signal, environment, task), signal)
}

/** Few pages need the lease. If it cannot be loaded in time, the task runs without: the fence keeps the vault correct. */
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
 * A Web Lock. After `timeouts.lock` it is stolen, once: a frozen tab keeps its lock (w3c/web-locks issue 4). The
 * previous holder continues to run, so every write is fenced.
 */
function webLock({ name, environment, timeouts }: ClientConfig): Lock {
  return async <T>(task: () => Promise<T>, signal: AbortSignal) => {
    let running: Promise<T> | undefined
    const run = () => {
      running = task()
      return running
    }
    // Rejects if the lock is stolen, the task fails, the signal is aborted, or the browser grants no locks here.
    const request = (options: LockOptions) => environment.locks!.request(name, options, run).catch(() => {})
    await within(timeouts.lock, signal, environment, (signal) => request({ signal }))
    if (!running) {
      signal.throwIfAborted()
      await request({ steal: true })
    }
    return await (running ?? task())
  }
}
