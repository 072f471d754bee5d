import type { User } from '@sessionward/protocol'
import { unknownOption } from '#option-names'
import type { Reauth } from '../config.js'
import { type DialogLanguage, type DialogMessages, languages, messagesFor } from './dialog-messages.js'

/** What the person wrote: the fields of the dialog and of the application by their names. */
export interface DialogInput {
  /** The user name. */
  readonly username: string
  /** The password. */
  readonly password: string
  /** The option `remember` of the dialog. */
  readonly remember?: boolean
  /** What fields of the application hold. */
  readonly [field: string]: unknown
}

/** Options of `signInDialog`. An unknown name is refused. */
export interface DialogOptions<U = User> {
  /** Default: `zh` where the page's `lang` begins with it, else `en`. */
  readonly language?: DialogLanguage | undefined
  /** Replaces some or all of the messages. Default: those of `language`. */
  readonly messages?: Partial<DialogMessages> | undefined
  /** Default: what the system prefers. */
  readonly theme?: 'light' | 'dark' | undefined
  /** The name that somebody signs in with. Default: the member `username`. */
  readonly username?: ((user: U) => string | undefined) | undefined
  /** Goes along with each sign-in: whether the session outlives the browser. Default: left out. */
  readonly remember?: boolean | undefined
  /**
   * Adds further fields, such as a captcha: called with an empty place inside the form when the dialog is made, and after each
   * sign-in that was refused, with the code of the error. What has a `name` there goes along with the sign-in. Where it returns a
   * `captchaField`, its response goes along, it renews itself, and this is called once. Default: no further fields.
   */
  readonly fields?: ((place: HTMLElement, refused: string | undefined) => unknown) | undefined
  /** Signs in. Default: `client.signIn(input)`. A `SignInError` that it throws is shown. */
  readonly signIn?: ((input: DialogInput, reauth: Reauth<U>) => Promise<unknown>) | undefined
}

export interface DialogConfig extends Pick<DialogOptions, 'theme' | 'remember' | 'fields'> {
  /** Read when the dialog opens: the page may have changed its language. */
  texts(): { readonly language: DialogLanguage; readonly messages: DialogMessages }
  username(user: User | undefined): string
  signIn(input: DialogInput, reauth: Reauth): Promise<unknown>
}

const names = 'language messages theme username remember fields signIn'.split(' ')

/** @throws TypeError that names the option and what was expected. */
export function readDialogOptions(options: DialogOptions): DialogConfig {
  const { language, messages = {}, theme, username, remember, fields, signIn } = options
  const unknown = unknownOption(options, names) ?? unknownOption(messages, Object.keys(messagesFor('en')), 'messages')
  if (unknown) throw new TypeError(`signInDialog: ${unknown}`)
  check(language === undefined || languages.includes(language), 'language', languages.join(' or '))
  check([undefined, 'light', 'dark'].includes(theme), 'theme', 'light or dark')
  check([undefined, true, false].includes(remember), 'remember', 'a boolean')
  for (const [name, value] of Object.entries({ username, fields, signIn })) {
    check(value === undefined || typeof value === 'function', name, 'a function')
  }
  const currentLanguage = () => language ?? (/^zh/i.test(document.documentElement.lang) ? 'zh' : 'en')
  return {
    theme,
    remember,
    fields,
    texts: () => ({ language: currentLanguage(), messages: { ...messagesFor(currentLanguage()), ...messages } }),
    username: (user) => String((user && (username ? username(user) : user.username)) || ''),
    signIn: signIn ?? ((input, reauth) => reauth.signIn(input)),
  }
}

function check(holds: boolean, option: string, expected: string): void {
  if (!holds) throw new TypeError(`signInDialog: \`${option}\` must be ${expected}.`)
}
