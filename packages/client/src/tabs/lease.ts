import type { ClientConfig } from '../config.js'
import type { Lock } from './lock.js'

/** Who may go, where there are no Web Locks. */
interface Lease {
  readonly holder: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

const poll = 50

/**
 * The lock of pages without Web Locks (plain http on an intranet): a lease in a vault, which expires by itself after
 * the time that a lock is waited for, longer than any task.
 */
export function leaseLock({ name, environment, timeouts }: ClientConfig): Lock {
  const patience = timeouts.lock
  const vault = environment.openVault<Lease>(`${name} lease`)
  return async (task, signal) => {
    const holder = `${Math.random()}`
    for (let granted = false; !granted; ) {
      signal.throwIfAborted()
      await vault((lease) => {
        // In the transaction: a time from before it would make the lease of another tab look too far ahead.
        const now = environment.wall()
        // A lease from too far ahead was written before somebody set the clock back.
        granted = !lease || lease.until <= now || lease.until > now + patience
        return granted ? { holder, until: now + patience } : undefined
      })
      // Not the core's own pause: what shares nothing with the core is no burden to it.
      if (!granted) await new Promise<void>((resolve) => void environment.after(poll, resolve))
    }
    try {
      return await task()
    } finally {
      await vault((lease) => (lease?.holder === holder ? { holder, until: 0 } : undefined))
    }
  }
}
