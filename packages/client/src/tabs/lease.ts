import type { ClientConfig } from '../config.js'
import type { Lock } from './lock.js'

/** The holder of the lock, where there are no Web Locks. */
interface Lease {
  readonly holder: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** Short, since a page that closes or crashes leaves its lease behind; so it is renewed while the task runs. */
const lifetime = 2000
const renewal = 500
const poll = 50

/**
 * The lock of pages without Web Locks (plain http on an intranet): a lease in a vault. Like a Web Lock, it is
 * taken by force after `timeouts.lock`. Without a vault, the task runs at once.
 */
export function leaseLock({ name, environment, timeouts }: ClientConfig): Lock {
  const { monotonic, wall, after, recall, remember, onHide } = environment
  const key = `${name} lease`
  const vault = environment.openVault<Lease>(key)
  // Separate from `wait.ts`, so that the bundle of the core does not grow.
  const pause = () => new Promise<void>((resolve) => void after(poll, resolve))
  const isFree = (lease: Lease | undefined, now: number) =>
    !lease ||
    lease.until <= now ||
    // Too far in the future: written before the clock was set back.
    lease.until > now + lifetime ||
    lease.holder === recall(key)

  const acquire = async (holder: string, signal: AbortSignal) => {
    const deadline = monotonic() + timeouts.lock
    for (let granted = false; ; await pause()) {
      signal.throwIfAborted()
      const take = (lease: Lease | undefined) => {
        granted = monotonic() >= deadline || isFree(lease, wall())
        return granted ? { holder, until: wall() + lifetime } : undefined
      }
      const failed = await vault(take).then(
        () => false,
        () => true,
      )
      if (granted || failed) return
    }
  }
  /** Sets when the lease expires, unless another page holds it by now. */
  const extend = (holder: string, milliseconds: number) => {
    const change = (lease: Lease | undefined) =>
      lease?.holder === holder ? { holder, until: wall() + milliseconds } : undefined
    vault(change).catch(() => {})
  }

  return async (task, signal) => {
    const holder = `${Math.random()}`
    await acquire(holder, signal)
    const over = new AbortController()
    // A page that closes has no time for a transaction; after a reload the new page reads this at once.
    onHide(() => remember(key, holder), over.signal)
    let cancel = after(renewal, function renew() {
      extend(holder, lifetime)
      cancel = after(renewal, renew)
    })
    try {
      return await task()
    } finally {
      cancel()
      over.abort()
      extend(holder, 0)
    }
  }
}
