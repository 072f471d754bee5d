import type { Vault } from '../../src/vault/vault.js'

/** A vault of this tab alone. */
export function memoryVault<T>(): Vault<T> {
  let entry: T | undefined
  return async (change) => {
    const before = entry
    entry = change(before) ?? before
    return before
  }
}
