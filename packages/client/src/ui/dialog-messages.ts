/** Languages of the dialog. */
export type DialogLanguage = 'en' | 'zh'

/** The texts of the dialog. `{name}` and `{time}` are replaced. */
export interface DialogMessages {
  /** The heading. */
  readonly title: string
  /** Why the session ended: time has passed. */
  readonly expired: string
  /** Why the session ended: the account or its password changed. */
  readonly changed: string
  /** Why the session ended: any other reason. */
  readonly ended: string
  /** What becomes of what the person was doing. */
  readonly waiting: string
  /** Label of the user name. */
  readonly username: string
  /** Label of the password. */
  readonly password: string
  /** The button that signs in. */
  readonly signIn: string
  /** The same button, while the auth server is asked. */
  readonly busy: string
  /** The button that cancels. */
  readonly cancel: string
  /** What cancelling means. */
  readonly cancelMeans: string
  /** The button for another person. */
  readonly other: string
  /** What signing in as somebody else means. */
  readonly otherMeans: string
  /** The user name or the password is wrong. */
  readonly invalidCredentials: string
  /** There were too many attempts; `{time}` is how long to wait. */
  readonly tooManyAttempts: string
  /** A captcha is not solved. */
  readonly captcha: string
  /** The account is disabled. */
  readonly disabled: string
  /** The auth server cannot be reached. */
  readonly unreachable: string
  /** Any other error. */
  readonly failed: string
}

const english: DialogMessages = {
  title: 'Sign in again',
  expired: 'You were signed out because some time has passed.',
  changed: 'You were signed out because your account or its password has changed.',
  ended: 'Your session has ended.',
  waiting: 'What you were doing is kept, and goes on when you are signed in.',
  username: 'User name',
  password: 'Password',
  signIn: 'Sign in',
  busy: 'Signing in…',
  cancel: 'Cancel',
  cancelMeans: 'Cancel or Esc signs you out, and what is waiting will not be sent.',
  other: 'Sign in as somebody else',
  otherMeans: 'What {name} was doing here will not be sent then.',
  invalidCredentials: 'The user name or the password is wrong.',
  tooManyAttempts: 'Too many attempts. Try again in {time}.',
  captcha: 'Please solve the task above.',
  disabled: 'This account is disabled.',
  unreachable: 'The server cannot be reached. Try again in a moment.',
  failed: 'That did not work. Try again.',
}

const chinese: DialogMessages = {
  title: '请重新登录',
  expired: '登录已过期。',
  changed: '账号信息或密码已变更，需要重新登录。',
  ended: '当前登录已失效。',
  waiting: '正在进行的操作已保留，登录后自动继续。',
  username: '用户名',
  password: '密码',
  signIn: '登录',
  busy: '正在登录…',
  cancel: '取消',
  cancelMeans: '点“取消”或按 Esc 键将退出登录，尚未提交的操作会被放弃。',
  other: '换个账号登录',
  otherMeans: '换账号后，{name} 尚未提交的操作会被放弃。',
  invalidCredentials: '用户名或密码错误。',
  tooManyAttempts: '尝试次数过多，请在{time}后再试。',
  captcha: '请先完成上方的验证。',
  disabled: '该账号已被停用。',
  unreachable: '暂时无法连接服务器，请稍后再试。',
  failed: '登录失败，请重试。',
}

const all: Readonly<Record<DialogLanguage, DialogMessages>> = { en: english, zh: chinese }

export const languages = Object.keys(all) as readonly DialogLanguage[]

export function messagesFor(language: DialogLanguage): DialogMessages {
  return all[language]
}

/** Why the person must sign in again. */
export function reasonMessage(messages: DialogMessages, reason: string): string {
  if (/expired|missing/.test(reason)) return messages.expired
  if (/credentials_changed|account_disabled/.test(reason)) return messages.changed
  return messages.ended
}

/** Why a sign-in was refused. `seconds`: until the next may be tried, if the server said so. */
export function refusalMessage(
  messages: DialogMessages,
  code: string,
  seconds: number | undefined,
  language: DialogLanguage,
): string {
  switch (code) {
    case 'invalid_credentials':
      return messages.invalidCredentials
    case 'too_many_attempts':
    case 'too_many_requests':
      return messages.tooManyAttempts.replace('{time}', formatDuration(seconds || 60, language))
    case 'captcha_required':
    case 'captcha_invalid':
      return messages.captcha
    case 'account_disabled':
      return messages.disabled
    case 'unreachable':
      return messages.unreachable
    default:
      return messages.failed
  }
}

function formatDuration(seconds: number, language: DialogLanguage): string {
  const [value, unit] = seconds < 90 ? [Math.ceil(seconds), 'second'] : [Math.ceil(seconds / 60), 'minute']
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}
