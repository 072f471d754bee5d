import type { Vault, VaultEntries } from './vault.js'

/** A vault of this tab alone. */
export function memoryVault(): Vault {
  const entries: { -readonly [K in keyof VaultEntries]?: VaultEntries[K] } = {}
  return async (key, change) => {
    const before = entries[key]
    const after = change(before)
    if (after) entries[key] = after
    return { before, written: !!after }
  }
}
