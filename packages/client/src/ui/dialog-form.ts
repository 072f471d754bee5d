import type { Reauth } from '../config.js'
import { reasonMessage, refusalMessage } from './dialog-messages.js'
import type { DialogConfig, DialogInput } from './dialog-options.js'

export interface DialogForm {
  readonly element: HTMLFormElement
  /** Ids of the title, and of what says why the dialog is there. */
  readonly labelledBy: string
  readonly describedBy: string
  focus(): void
  isBusy(): boolean
}

let count = 0

/** The form of the dialog. Its buttons submit it: see `blockFocusTraps`. */
export function createForm(config: DialogConfig, reauth: Reauth, cancel: () => void): DialogForm {
  const { messages, language } = config.texts()
  const id = (part: string) => `sessionward-${part}-${number}`
  const number = ++count
  const name = config.username(reauth.user)
  const form = create('form', { method: 'post' })
  const title = create('h2', { id: id('title'), textContent: messages.title })
  const reason = create('p', {
    id: id('reason'),
    textContent: reasonMessage(messages, reauth.reason) + (language === 'zh' ? '' : ' ') + messages.waiting,
  })
  const username = create('input', {
    id: id('username'),
    name: 'username',
    value: name,
    readOnly: !!name,
    required: true,
  })
  username.autocomplete = 'username'
  username.autocapitalize = 'none'
  username.spellcheck = false
  const password = create('input', { id: id('password'), name: 'password', type: 'password', required: true })
  password.autocomplete = 'current-password'
  const fields = create('div', {})
  fields.dataset.fields = ''
  const error = create('p', { id: id('error'), className: 'error' })
  error.setAttribute('role', 'alert')
  const submitButton = create('button', { type: 'submit', textContent: messages.signIn })
  const cancelButton = create('button', {
    type: 'submit',
    value: 'cancel',
    formNoValidate: true,
    textContent: messages.cancel,
  })
  const cancelHint = create('p', { id: id('cancel'), className: 'small', textContent: messages.cancelMeans })
  cancelButton.setAttribute('aria-describedby', cancelHint.id)
  const otherButton = create('button', {
    type: 'submit',
    value: 'other',
    formNoValidate: true,
    textContent: messages.other,
  })
  const buttons = create('div', { className: 'buttons' })
  buttons.append(submitButton, cancelButton)
  otherButton.className = 'quiet'
  otherButton.hidden = !name
  form.append(
    title,
    reason,
    ...labelledInput(messages.username, username),
    ...labelledInput(messages.password, password),
  )
  form.append(fields, error, buttons, cancelHint, otherButton)

  let busy = false
  let added: Partial<Captcha> | undefined
  const addFields = (refused?: string) => {
    added = config.fields?.(fields, refused) as typeof added
  }
  const setBusy = (now: boolean) => {
    busy = now
    form.setAttribute('aria-busy', String(now))
    submitButton.textContent = now ? messages.busy : messages.signIn
  }
  const showError = (text: string, field?: HTMLInputElement) => {
    error.textContent = text
    for (const input of [username, password]) {
      input.removeAttribute('aria-invalid')
      input.removeAttribute('aria-describedby')
    }
    field?.setAttribute('aria-invalid', 'true')
    field?.setAttribute('aria-describedby', error.id)
  }
  const signInAsOther = () => {
    username.readOnly = false
    username.value = ''
    password.value = ''
    otherButton.hidden = true
    reason.textContent = messages.otherMeans.replace('{name}', () => name)
    showError('')
    username.focus()
  }
  const signIn = async () => {
    if (busy) return
    showError('')
    setBusy(true)
    try {
      const input = readInput(form, config.remember)
      const send = (captcha?: string) => config.signIn({ ...input, ...(captcha && { captcha }) }, reauth)
      await (added?.submit ? added.submit(send) : send())
    } catch (refusal) {
      const { code, retryAfter } = hasCode(refusal) ? refusal : { code: 'failed' }
      showError(
        refusalMessage(messages, code, retryAfter, language),
        code === 'invalid_credentials' ? password : undefined,
      )
      if (code === 'invalid_credentials') password.value = ''
      // A captcha renews itself.
      if (!added?.submit) {
        fields.replaceChildren()
        addFields(code)
      }
      password.focus()
    } finally {
      setBusy(false)
    }
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const { value } = (event.submitter ?? {}) as HTMLButtonElement
    if (value === 'other') signInAsOther()
    else if (value !== 'cancel') void signIn()
    else if (!busy) cancel()
  })
  addFields()
  return {
    element: form,
    labelledBy: title.id,
    describedBy: reason.id,
    focus: () => (username.value ? password : username).focus(),
    isBusy: () => busy,
  }
}

/** The named fields of the form, without files. */
function readInput(form: HTMLFormElement, chosen: boolean | undefined): DialogInput {
  const entries = [...new FormData(form)].filter(([, value]) => typeof value === 'string')
  // A checkbox of the application's own.
  const checkbox = form.querySelector<HTMLInputElement>('input[type=checkbox][name=remember]')
  const remember = checkbox ? checkbox.checked : chosen
  return { ...Object.fromEntries(entries), ...(remember !== undefined && { remember }) } as DialogInput
}

/** What `captchaField` returns. */
interface Captcha {
  submit(send: (captcha: string | undefined) => Promise<unknown>): Promise<unknown>
}

/** Whether it is a `SignInError`. Checked by its code, because a page that loads this module twice has two classes. */
function hasCode(error: unknown): error is { readonly code: string; readonly retryAfter?: number } {
  return typeof (error as { code?: unknown } | undefined)?.code === 'string'
}

function labelledInput(text: string, input: HTMLInputElement): readonly HTMLElement[] {
  return [create('label', { htmlFor: input.id, textContent: text }), input]
}

function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(tag), properties)
}
