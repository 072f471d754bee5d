import { pause, type Timer } from '../wait.js'
import type { Vault } from './vault.js'

const patience = 2000

/** A vault of this tab alone. */
export function memoryVault<T>(): Vault<T> {
  let entry: T | undefined
  return async (change) => {
    const before = entry
    entry = change(before) ?? before
    return before
  }
}

/**
 * The shared vault for as long as it works, then one in memory, which has been kept as full: private windows, opaque
 * origins and full disks have no IndexedDB, and WebKit's may never answer an open.
 */
export function sturdyVault<T>(shared: Vault<T>, timer: Timer): Vault<T> {
  const own = memoryVault<T>()
  let broken = false
  return async (change) => {
    if (broken) return await own(change)
    let latest: T | undefined
    const changing = shared((before) => {
      const next = broken ? undefined : change(before)
      latest = next ?? before
      return next
    })
    try {
      const before = await Promise.race([changing, pause(patience, timer).then(() => Promise.reject())])
      // Where another call had no answer meanwhile, `change` may have been skipped, and the own copy may be newer.
      if (!broken) {
        await own(() => latest)
        return before
      }
    } catch {
      broken = true
    }
    return await own(change)
  }
}
