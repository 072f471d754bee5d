import type { Vault, VaultRecord } from './vault.js'

/**
 * Keeps what could not be written, such as a sign-in on a full disk, for this tab alone, and writes it as soon as the
 * shared vault works again, unless another tab was faster.
 *
 * @throws where the shared vault fails, and this tab has nothing of its own to read or to write.
 */
export function keepUnsaved(shared: Vault): Vault {
  let own: VaultRecord | undefined
  return async (change) => {
    let before: VaultRecord | undefined
    const unsaved = own
    try {
      await shared((record) => {
        before = unsaved && unsaved.version > (record?.version ?? 0) ? unsaved : record
        return change(before) ?? (before === record ? undefined : before)
      })
      if (own === unsaved) own = undefined
    } catch (error) {
      before = own
      own = change(before) ?? before
      if (!own) throw error
    }
    return before
  }
}
