import type { Vault, VaultRecord } from './vault.js'

/**
 * Keeps a record that could not be written (a full disk) in this tab, and writes it as soon as the shared vault works again,
 * unless another tab has written meanwhile.
 *
 * @param always Whether to keep everything, for a vault that the browser may delete under the open page: Safari does after
 * seven days without a click.
 * @throws if the shared vault fails, and this tab has no record of its own.
 */
export function keepUnsaved(shared: Vault, always: boolean): Vault {
  let own: VaultRecord | undefined
  return async (change) => {
    let before: VaultRecord | undefined
    let after: VaultRecord | undefined
    const unsaved = own
    try {
      await shared((record) => {
        before = unsaved && unsaved.version > (record?.version ?? 0) ? unsaved : record
        after = change(before) ?? before
        return after === record ? undefined : after
      })
      if (own === unsaved) own = always ? after : undefined
    } catch (error) {
      before = own
      own = change(before) ?? before
      if (!own) throw error
    }
    return before
  }
}
