import type { ClientConfig } from '../config.js'
import type { Lock } from './lock.js'

/** Who may go, where there are no Web Locks. */
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
 * The lock of pages without Web Locks (plain http on an intranet): a lease in a vault. As a Web Lock it is waited for so
 * long, and then taken all the same. Where there is no vault to be had, nothing is waited for.
 */
export function leaseLock({ name, environment, timeouts }: ClientConfig): Lock {
  const { monotonic, wall, after, recall, remember, onHide } = environment
  const key = `${name} lease`
  const vault = environment.openVault<Lease>(key)
  // Not the core's own pause: what shares nothing with the core is no burden to it.
  const pause = () => new Promise<void>((resolve) => void after(poll, resolve))
  const isFree = (lease: Lease | undefined, now: number) =>
    !lease ||
    lease.until <= now ||
    // From too far ahead: written before somebody set the clock back.
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
  /** Moves the end of the lease, unless another page has it by now. */
  const extend = (holder: string, milliseconds: number) => {
    const change = (lease: Lease | undefined) =>
      lease?.holder === holder ? { holder, until: wall() + milliseconds } : undefined
    vault(change).catch(() => {})
  }

  return async (task, signal) => {
    const holder = `${Math.random()}`
    await acquire(holder, signal)
    const over = new AbortController()
    // A page that goes has no time for a transaction, and the one after a reload finds this at once.
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
