import type { Reauth } from '../config.js'
import { createForm } from './dialog-form.js'
import type { DialogConfig } from './dialog-options.js'
import { adoptStyle } from './dialog-style.js'
import { blockFocusTraps } from './focus-traps.js'

const tagName = 'sessionward-dialog'

export interface SignInDialog {
  show(): void
  /** Closes the dialog and removes it from the page. Typed text stays for the next `show`. */
  hide(): void
}

/** Shows itself again if the application replaces the page's body while requests wait. */
interface DialogElement extends HTMLElement {
  onRemoved: () => void
}

/** Defined when a dialog opens, because servers have no `HTMLElement`, and only once if a page loads this module twice. */
function create(): DialogElement {
  if (!customElements.get(tagName)) {
    customElements.define(
      tagName,
      class extends HTMLElement implements DialogElement {
        onRemoved = () => {}
        disconnectedCallback(): void {
          queueMicrotask(() => this.onRemoved())
        }
      },
    )
  }
  return document.createElement(tagName) as DialogElement
}

/**
 * The dialog, not shown yet: `<sessionward-dialog>` with a modal `<dialog>` in the light DOM, where password managers find
 * its fields. The browser keeps the focus in it, makes the rest of the page inert, other modal dialogs too, and gives the
 * focus back.
 */
export function createDialog(config: DialogConfig, reauth: Reauth, cancel: () => void): SignInDialog {
  const element = create()
  const dialog = document.createElement('dialog')
  const form = createForm(config, reauth, cancel)
  const { language } = config.texts()
  let open = false
  let unblockFocusTraps = () => {}
  element.lang = language
  if (config.theme) element.dataset.theme = config.theme
  dialog.setAttribute('aria-labelledby', form.labelledBy)
  dialog.setAttribute('aria-describedby', form.describedBy)
  dialog.append(form.element)
  element.append(dialog)

  const show = () => {
    open = true
    adoptStyle()
    unblockFocusTraps()
    unblockFocusTraps = blockFocusTraps(form.element)
    document.body.append(element)
    if (!dialog.open) dialog.showModal()
    form.focus()
  }
  const hide = () => {
    open = false
    unblockFocusTraps()
    dialog.close()
    element.remove()
  }
  dialog.addEventListener('cancel', (event) => {
    // A captcha's or a file field's own `cancel` comes up here, too.
    if (event.target !== dialog) return
    event.preventDefault()
    if (!form.isBusy()) cancel()
  })
  // Chrome closes a dialog at a second Esc, even if the first one was prevented.
  dialog.addEventListener('close', () => open && !dialog.open && cancel())
  element.onRemoved = () => {
    if (!open || element.isConnected) return
    // The attribute stays set, and an open dialog cannot be shown as modal.
    dialog.removeAttribute('open')
    show()
  }
  return { show, hide }
}
