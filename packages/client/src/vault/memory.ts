import type { Environment } from '../environment.js'
import { pause } from '../wait.js'
import type { Vault, VaultEntries } from './vault.js'

const patience = 2000

/** A vault of this tab alone. */
export function memoryVault(): Vault {
  const entries: { -readonly [K in keyof VaultEntries]?: VaultEntries[K] | undefined } = {}
  return async (key, change) => {
    const before = entries[key]
    entries[key] = change(before) ?? before
    return before
  }
}

/**
 * The shared vault for as long as it works, then one in memory, which has been kept as full: private windows, opaque
 * origins and full disks have no IndexedDB, and WebKit's may never answer an open.
 */
export function sturdyVault(shared: Vault, clock: Pick<Environment, 'after'>): Vault {
  const own = memoryVault()
  let broken = false
  return async (key, change) => {
    let latest: VaultEntries[typeof key] | undefined
    const changing = async () =>
      await shared(key, (before) => {
        const next = broken ? undefined : change(before)
        latest = next ?? before
        return next
      })
    try {
      if (broken) throw undefined
      const before = await Promise.race([changing(), pause(patience, clock).then(() => Promise.reject())])
      await own(key, () => latest)
      return before
    } catch {
      broken = true
      return await own(key, change)
    }
  }
}
