import type { Environment } from '../environment.js'

/** Resolves with `true` when no leader has sent a message in time, with `false` if the signal is aborted before. */
export type AwaitSilence = (signal: AbortSignal) => Promise<boolean>

/**
 * Waits until this tab is the leader. `term` is aborted when another tab takes over.
 *
 * @returns a function that resigns.
 * @throws if the term is aborted, or this browser offers no means to elect a leader.
 */
export type AcquireLeadership = (term: AbortController) => Promise<() => void>

/** By a Web Lock. A tab that closes or crashes releases it; from one that is frozen it is stolen. */
export function lockLeadership(
  locks: Pick<LockManager, 'request'>,
  name: string,
  awaitSilence: AwaitSilence,
): AcquireLeadership {
  return (term) =>
    new Promise((resolve, reject) => {
      const queue = new AbortController()
      term.signal.addEventListener('abort', () => {
        queue.abort()
        reject(term.signal.reason)
      })
      const request = (options: LockOptions) => {
        let held = false
        const hold = () => {
          if (term.signal.aborted) return undefined
          held = true
          queue.abort()
          return new Promise<void>(resolve)
        }
        // A request that was not granted is ignored: where a browser grants no locks, no tab leads.
        locks.request(name, options, hold as () => Promise<void>).catch(() => held && term.abort())
      }
      request({ signal: queue.signal })
      void awaitSilence(queue.signal).then((silent) => {
        if (!silent) return
        queue.abort()
        request({ steal: true })
      })
    })
}

/** The leader, where there are no Web Locks. */
interface Lease {
  readonly holder: string
}

export interface LeaseLeadership {
  readonly take: AcquireLeadership
  /** Whether this tab is the leader according to the vault. */
  isOwn(): Promise<boolean>
}

/**
 * By a lease in a vault, on plain http. When its holder is silent, the first tab that writes takes it. The lease does not
 * expire, because browsers delay the timers of hidden tabs by up to a minute; instead its holder answers `ask`.
 */
export function leaseLeadership(
  { openVault }: Environment,
  name: string,
  own: string,
  awaitSilence: AwaitSilence,
): LeaseLeadership {
  const vault = openVault<Lease>(name)
  const holder = async () => (await vault(() => undefined))?.holder
  const take: AcquireLeadership = async (term) => {
    for (let granted = false; !granted; ) {
      const before = await holder()
      if (!(await awaitSilence(term.signal))) throw term.signal.reason
      await vault((lease) => {
        granted = lease?.holder === before
        return granted ? { holder: own } : undefined
      })
    }
    return () => {}
  }
  return { take, isOwn: async () => (await holder()) === own }
}
