import type { Reauth } from '../config.js'
import type { DialogConfig, DialogInput } from './dialog-options.js'
import { reasonIn, refusalIn } from './dialog-words.js'

export interface DialogForm {
  readonly element: HTMLFormElement
  /** Ids of the title, and of what says why the dialog is there. */
  readonly labelledBy: string
  readonly describedBy: string
  focus(): void
  isBusy(): boolean
}

let count = 0

/** The form of the dialog. Its buttons submit it: see `guardAgainstTraps`. */
export function createForm(config: DialogConfig, reauth: Reauth, cancel: () => void): DialogForm {
  const { words, language } = config.words()
  const id = (part: string) => `sessionward-${part}-${number}`
  const number = ++count
  const name = config.username(reauth.user)
  const form = make('form', { method: 'post' })
  const title = make('h2', { id: id('title'), textContent: words.title })
  const reason = make('p', {
    id: id('reason'),
    textContent: reasonIn(words, reauth.reason) + (language === 'zh' ? '' : ' ') + words.waiting,
  })
  const username = make('input', {
    id: id('username'),
    name: 'username',
    value: name,
    readOnly: !!name,
    required: true,
  })
  username.autocomplete = 'username'
  username.autocapitalize = 'none'
  username.spellcheck = false
  const password = make('input', { id: id('password'), name: 'password', type: 'password', required: true })
  password.autocomplete = 'current-password'
  const fields = make('div', {})
  fields.dataset.fields = ''
  const error = make('p', { id: id('error'), className: 'error' })
  error.setAttribute('role', 'alert')
  const submit = make('button', { type: 'submit', textContent: words.signIn })
  const leave = make('button', { type: 'submit', value: 'cancel', formNoValidate: true, textContent: words.cancel })
  const meaning = make('p', { id: id('cancel'), className: 'small', textContent: words.cancelMeans })
  leave.setAttribute('aria-describedby', meaning.id)
  const other = make('button', { type: 'submit', value: 'other', formNoValidate: true, textContent: words.other })
  const buttons = make('div', { className: 'buttons' })
  buttons.append(submit, leave)
  other.className = 'quiet'
  other.hidden = !name
  form.append(title, reason, ...labelled(words.username, username), ...labelled(words.password, password))
  form.append(fields, error, buttons, meaning, other)

  let busy = false
  let added: Partial<Captcha> | undefined
  const addFields = (refused?: string) => {
    added = config.fields?.(fields, refused) as typeof added
  }
  const setBusy = (now: boolean) => {
    busy = now
    form.setAttribute('aria-busy', String(now))
    submit.textContent = now ? words.busy : words.signIn
  }
  const say = (text: string, field?: HTMLInputElement) => {
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
    other.hidden = true
    reason.textContent = words.otherMeans.replace('{name}', () => name)
    say('')
    username.focus()
  }
  const signIn = async () => {
    if (busy) return
    say('')
    setBusy(true)
    try {
      const input = inputOf(form, config.remember)
      const send = (captcha?: string) => config.signIn({ ...input, ...(captcha && { captcha }) }, reauth)
      await (added?.submit ? added.submit(send) : send())
    } catch (refusal) {
      const { code, retryAfter } = isCoded(refusal) ? refusal : { code: 'failed' }
      say(refusalIn(words, code, retryAfter, language), code === 'invalid_credentials' ? password : undefined)
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

/** What has a name in the form. Files are not sent with a sign-in. */
function inputOf(form: HTMLFormElement, chosen: boolean | undefined): DialogInput {
  const entries = [...new FormData(form)].filter(([, value]) => typeof value === 'string')
  // A checkbox of the application's own.
  const box = form.querySelector<HTMLInputElement>('input[type=checkbox][name=remember]')
  const remember = box ? box.checked : chosen
  return { ...Object.fromEntries(entries), ...(remember !== undefined && { remember }) } as DialogInput
}

/** What `captchaField` returns. */
interface Captcha {
  submit(send: (captcha: string | undefined) => Promise<unknown>): Promise<unknown>
}

/** A `SignInError`, of which a page that loads this module twice knows two classes. */
function isCoded(error: unknown): error is { readonly code: string; readonly retryAfter?: number } {
  return typeof (error as { code?: unknown } | undefined)?.code === 'string'
}

function labelled(text: string, input: HTMLInputElement): readonly HTMLElement[] {
  return [make('label', { htmlFor: input.id, textContent: text }), input]
}

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(tag), properties)
}
