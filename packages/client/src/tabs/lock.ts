import type { Environment } from '../environment.js'
import type { Vault } from '../vault/vault.js'
import { orAborted, pause } from '../wait.js'

/** One at a time. It saves requests; correctness rests on the vault's fence and on the server's rule. */
export interface Lock {
  /** @throws the signal's reason, if it comes while the task has not begun. A task that has begun runs to its end. */
  hold<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>
}

/** The best lock there is: Web Locks; a lease in the vault on plain http; the tab's own order on a server. */
export function openLock(name: string, vault: Vault, environment: Environment, patience: number): Lock {
  if (environment.locks) return webLock(name, environment.locks, environment.after, patience)
  return environment.page === undefined ? tabLock() : leaseLock(vault, environment, patience)
}

/**
 * A Web Lock that is waited for at most `patience` milliseconds and then stolen once: a frozen tab keeps its lock
 * (w3c/web-locks issue 4). Who is robbed runs on, so every write is fenced.
 */
export function webLock(
  name: string,
  locks: Pick<LockManager, 'request'>,
  after: Environment['after'],
  patience: number,
): Lock {
  return {
    async hold<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
      let running: Promise<T> | undefined
      const run = () => (running = task())
      const waiting = new AbortController()
      const stop = () => waiting.abort(signal.reason)
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop)
      const cancel = after(patience, () => waiting.abort())
      try {
        await locks.request(name, { signal: waiting.signal }, run)
      } catch {
        // Rejected by being robbed or by the task itself, if that has begun; else by a signal, or by a browser that
        // grants no locks here.
        if (!running) {
          signal.throwIfAborted()
          await locks.request(name, { steal: true }, run).catch(() => {})
        }
      } finally {
        cancel()
        signal.removeEventListener('abort', stop)
      }
      return await (running ?? task())
    },
  }
}

const leasePoll = 50

/** A lease in the vault; it expires by itself after `patience` milliseconds, which is longer than any task. */
export function leaseLock(vault: Vault, environment: Environment, patience: number): Lock {
  const { after, wall, random } = environment
  return {
    async hold(task, signal) {
      const holder = `${random()}`
      for (;;) {
        signal.throwIfAborted()
        const now = wall()
        const { written } = await vault.update('lease', (lease) => {
          // A lease from too far ahead was written before somebody set the clock back.
          const taken = lease && lease.until > now && lease.until <= now + patience
          return taken ? undefined : { holder, until: now + patience }
        })
        if (written) break
        await orAborted(pause(leasePoll, after), signal)
      }
      try {
        return await task()
      } finally {
        await vault.update('lease', (lease) => (lease?.holder === holder ? { holder, until: 0 } : undefined))
      }
    },
  }
}

/** One after the other in this tab. */
export function tabLock(): Lock {
  let last: Promise<unknown> = Promise.resolve()
  return {
    hold(task, signal) {
      const turn = last.then(() => {
        signal.throwIfAborted()
        return task()
      })
      last = turn.catch(() => {})
      return turn
    },
  }
}
