import type { User } from '@sessionward/protocol'
import type { Reauth } from '../config.js'
import { createDialog } from './dialog-element.js'
import { type DialogOptions, readDialogOptions } from './dialog-options.js'
import { claimDialogTab } from './dialog-tab.js'

export type { DialogMessages } from './dialog-messages.js'
export type { DialogInput, DialogOptions } from './dialog-options.js'

/**
 * A dialog for `onReauth`: `createClient({ ..., onReauth: signInDialog() })`. While requests wait, `<sessionward-dialog>` asks
 * the person to sign in again, in one tab of the browser: the one that the person looks at. It closes in all of them when
 * somebody signs in, or when the person cancels. On a server it does nothing until it is called.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function signInDialog<U = User>(options: DialogOptions<U> = {}): (reauth: Reauth<U>) => Promise<void> {
  const config = readDialogOptions(options as DialogOptions)
  return (reauth) =>
    new Promise((resolve) => {
      const { name, signal, cancel } = reauth
      if (signal.aborted) return resolve()
      const dialog = createDialog(config, reauth as Reauth, () => claim.cancel())
      const claim = claimDialogTab(name, { ...dialog, cancel })
      signal.addEventListener('abort', () => {
        claim.leave()
        dialog.hide()
        resolve()
      })
    })
}
