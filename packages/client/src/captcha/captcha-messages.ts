/** Languages of the captcha control. */
export type CaptchaLanguage = 'en' | 'zh'

/** The texts of the control. */
export interface CaptchaMessages {
  /** The name of the control. */
  readonly name: string
  /** Before it has started. */
  readonly idle: string
  /** While it runs. */
  readonly working: string
  /** In the place of `working`, where a service shows a task. */
  readonly task: string
  /** When it has passed. */
  readonly solved: string
  /** When a solution is too old. */
  readonly expired: string
  /** When it failed for any other reason. */
  readonly failed: string
  /** When it took too long. */
  readonly timeout: string
  /** When the auth server or the service cannot be reached. */
  readonly unreachable: string
  /** The button that starts it. */
  readonly start: string
  /** The button that cancels it. */
  readonly cancel: string
  /** The button that repeats it. */
  readonly again: string
}

const english: CaptchaMessages = {
  name: 'Security check',
  idle: 'Runs by itself when you go on.',
  working: 'Running…',
  task: 'Please solve the task.',
  solved: 'Passed.',
  expired: 'Expired. It runs again when you go on.',
  failed: 'It did not work. Please try again.',
  timeout: 'It took too long. Please try again.',
  unreachable: 'The server cannot be reached. Try again in a moment.',
  start: 'Start now',
  cancel: 'Cancel check',
  again: 'Check again',
}

const chinese: CaptchaMessages = {
  name: '安全验证',
  idle: '提交时自动进行。',
  working: '正在验证…',
  task: '请完成验证。',
  solved: '验证通过。',
  expired: '验证已过期，继续操作时自动重新验证。',
  failed: '验证未成功，请重试。',
  timeout: '验证超时，请重试。',
  unreachable: '暂时无法连接服务器，请稍后再试。',
  start: '立即验证',
  cancel: '取消验证',
  again: '重新验证',
}

const all: Readonly<Record<CaptchaLanguage, CaptchaMessages>> = { en: english, zh: chinese }

export const languages = Object.keys(all) as readonly CaptchaLanguage[]

export function messagesFor(language: CaptchaLanguage): CaptchaMessages {
  return all[language]
}
