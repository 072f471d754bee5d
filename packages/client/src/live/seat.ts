import type { Environment } from '../environment.js'

/** Resolves when no tab holds the seat, as far as messages tell: with `false` where the signal came first. */
export type Silence = (signal: AbortSignal) => Promise<boolean>

/**
 * Waits for the right to be the only tab that does something. `turn` is aborted when another tab takes it away.
 *
 * @returns what gives it back.
 * @throws if the turn is aborted, or there is no seat to be had.
 */
export type TakeSeat = (turn: AbortController) => Promise<() => void>

/** By a Web Lock: given back by a tab that closes or crashes, but not by one that is frozen, from which it is stolen. */
export function lockSeat(locks: Pick<LockManager, 'request'>, name: string, silence: Silence): TakeSeat {
  return (turn) =>
    new Promise((resolve, reject) => {
      const queue = new AbortController()
      turn.signal.addEventListener('abort', () => {
        queue.abort()
        reject(turn.signal.reason)
      })
      const request = (options: LockOptions) => {
        let held = false
        const hold = () => {
          if (turn.signal.aborted) return undefined
          held = true
          queue.abort()
          return new Promise<void>(resolve)
        }
        // Of one that was not granted: a browser may grant no locks here, and then no tab has the seat.
        locks.request(name, options, hold as () => Promise<void>).catch(() => held && turn.abort())
      }
      request({ signal: queue.signal })
      void silence(queue.signal).then((silent) => {
        if (!silent) return
        queue.abort()
        request({ steal: true })
      })
    })
}

/** Who has the seat, where there are no Web Locks. */
interface Lease {
  readonly holder: string
}

export interface LeaseSeat {
  readonly take: TakeSeat
  /** Whether this tab has it, as all tabs can read. */
  isOwn(): Promise<boolean>
}

/**
 * By a lease in a vault, on plain http. It passes from a tab that is silent to the first that writes. Timers of hidden tabs
 * are delayed by up to a minute, so it has no end of its own: whoever holds it answers when it is asked.
 */
export function leaseSeat({ openVault }: Environment, name: string, own: string, silence: Silence): LeaseSeat {
  const vault = openVault<Lease>(name)
  const holder = async () => (await vault(() => undefined))?.holder
  const take: TakeSeat = async (turn) => {
    for (let granted = false; !granted; ) {
      const before = await holder()
      if (!(await silence(turn.signal))) throw turn.signal.reason
      await vault((lease) => {
        granted = lease?.holder === before
        return granted ? { holder: own } : undefined
      })
    }
    return () => {}
  }
  return { take, isOwn: async () => (await holder()) === own }
}
