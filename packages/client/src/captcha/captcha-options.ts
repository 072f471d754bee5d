import type { CaptchaAction } from '@sessionward/protocol'
import { unknownOption } from '#option-names'
import { type CaptchaLanguage, type CaptchaMessages, languages, messagesFor } from './captcha-messages.js'

/** Options of `captchaField`. An unknown name is refused. */
export interface CaptchaFieldOptions {
  /** Origin of the auth server, as for `createClient`. */
  readonly server: string
  /** Path of the auth server's endpoints. Default `/auth`. */
  readonly basePath?: string | undefined
  /** What the form does. Default `signIn`. */
  readonly action?: CaptchaAction | undefined
  /** Default: `zh` where the page's `lang` begins with it, else `en`. */
  readonly language?: CaptchaLanguage | undefined
  /** Replaces some or all of the messages. Default: those of `language`. */
  readonly messages?: Partial<CaptchaMessages> | undefined
  /** Seconds after which a request that waits for the captcha is given up. Default 120. */
  readonly deadline?: number | undefined
}

export interface CaptchaConfig {
  readonly server: string
  readonly basePath: string
  readonly action: CaptchaAction
  readonly language: CaptchaLanguage
  readonly messages: CaptchaMessages
  /** Seconds. */
  readonly deadline: number
}

const names = 'server basePath action language messages deadline'.split(' ')
const maxDeadline = 3600

/** @throws TypeError that names the option and what was expected. */
export function readCaptchaOptions(options: CaptchaFieldOptions): CaptchaConfig {
  const { server, basePath = '/auth', action = 'signIn', messages = {}, deadline = 120 } = options
  const { language = /^zh/i.test(document.documentElement.lang) ? 'zh' : 'en' } = options
  const unknown = unknownOption(options, names) ?? unknownOption(messages, Object.keys(messagesFor('en')), 'messages')
  if (unknown) throw new TypeError(`captchaField: ${unknown}`)
  check(typeof server === 'string' && URL.canParse(server), 'server', 'the origin of the auth server')
  check(typeof basePath === 'string' && basePath.startsWith('/'), 'basePath', 'a path such as /auth')
  check(action === 'signIn' || action === 'register', 'action', 'signIn or register')
  check(languages.includes(language), 'language', languages.join(' or '))
  check(deadline > 0 && deadline <= maxDeadline, 'deadline', `seconds, at most ${maxDeadline}`)
  return { server, basePath, action, language, deadline, messages: { ...messagesFor(language), ...messages } }
}

function check(holds: boolean, option: string, expected: string): void {
  if (!holds) throw new TypeError(`captchaField: \`${option}\` must be ${expected}.`)
}
