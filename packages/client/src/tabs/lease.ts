import type { Environment } from '../environment.js'
import type { Vault } from '../vault/vault.js'
import { pause } from '../wait.js'
import type { Lock } from './lock.js'

const poll = 50

/**
 * The lock of pages without Web Locks (plain http on an intranet): a lease in the vault, which expires by itself after
 * `patience` milliseconds, longer than any task.
 */
export function leaseLock(vault: Vault, environment: Environment, patience: number): Lock {
  return async (task, signal) => {
    const holder = `${environment.random()}`
    for (;;) {
      signal.throwIfAborted()
      const now = environment.wall()
      const { written } = await vault('lease', (lease) => {
        // A lease from too far ahead was written before somebody set the clock back.
        const taken = lease && lease.until > now && lease.until <= now + patience
        return taken ? undefined : { holder, until: now + patience }
      })
      if (written) break
      await pause(poll, environment)
    }
    try {
      return await task()
    } finally {
      await vault('lease', (lease) => (lease?.holder === holder ? { holder, until: 0 } : undefined))
    }
  }
}
