import type { Environment } from '../environment.js'

/** What the tabs of one browser know together about the session. Never an access token. */
export interface VaultRecord {
  /** Grows with every write: who read an older version and writes by it has lost (the fence of a robbed lock). */
  readonly version: number
  /** Nothing: signed out. */
  readonly session?: {
    readonly sid: string
    /** Nothing where the access token is opaque. */
    readonly sub?: string | undefined
    /** Which access token is the latest. */
    readonly jti: string
    /** Only in body transport. */
    readonly refreshToken?: string | undefined
  }
  /** Why there is no session. */
  readonly reason?: string
  /** Whether the person asked to be signed out. */
  readonly asked?: boolean
}

/** Who may refresh, where there are no Web Locks. `until` is milliseconds since the epoch. */
export interface Lease {
  readonly holder: string
  readonly until: number
}

export interface VaultEntries {
  readonly session: VaultRecord
  readonly lease: Lease
}

/**
 * Shared memory of the tabs: one verb, a compare-and-set as wide as the function that it is given. Reads, lets `change`
 * decide, and writes what that returns (nothing: writes nothing), all in one transaction.
 */
export type Vault = <K extends keyof VaultEntries>(
  key: K,
  change: (before: VaultEntries[K] | undefined) => VaultEntries[K] | undefined,
) => Promise<{ readonly before: VaultEntries[K] | undefined; readonly written: boolean }>

const patience = 2000

/**
 * The first vault for as long as it works, then the second, which has been kept as full: private windows, opaque
 * origins and full disks have no IndexedDB, and WebKit's may never answer an open.
 */
export function sturdyVault(first: Vault, second: Vault, after: Environment['after']): Vault {
  let broken = false
  return async (key, change) => {
    if (broken) return second(key, change)
    let latest: VaultEntries[typeof key] | undefined
    let cancel = () => {}
    const tooLate = new Promise<never>((_, reject) => {
      cancel = after(patience, () => {
        broken = true
        reject()
      })
    })
    const updating = first(key, (before) => {
      const next = broken ? undefined : change(before)
      latest = next ?? before
      return next
    })
    try {
      const answer = await Promise.race([updating, tooLate])
      await second(key, () => latest)
      return answer
    } catch {
      broken = true
      return second(key, change)
    } finally {
      cancel()
    }
  }
}
