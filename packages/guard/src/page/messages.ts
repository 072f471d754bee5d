import { headerOf } from '../credentials.js'
import type { PageRequest } from './page-request.js'

/** Languages of the page guard's own pages. */
export const pageLanguages = ['en', 'zh'] as const
export type PageLanguage = (typeof pageLanguages)[number]

/** The texts of the interstitial. */
export interface PageMessages {
  readonly title: string
  readonly wait: string
  readonly unavailable: string
  readonly again: string
  readonly notCarried: string
  readonly back: string
  readonly withoutScript: string
  readonly signIn: string
}

const words: Readonly<Record<PageLanguage, PageMessages>> = {
  en: {
    title: 'One moment',
    wait: 'One moment: your sign-in is being renewed.',
    unavailable: 'The sign-in service cannot be reached right now. Nothing is lost.',
    again: 'Try again',
    notCarried:
      'Your sign-in was renewed, but what you sent was too large to send along, or had files in it. Please send it again.',
    back: 'Go back to the form',
    withoutScript: 'Without JavaScript your sign-in cannot be renewed here.',
    signIn: 'Sign in',
  },
  zh: {
    title: '请稍候',
    wait: '请稍候，正在恢复登录状态。',
    unavailable: '暂时无法连接登录服务，你的内容不会丢失。',
    again: '重试',
    notCarried: '登录状态已恢复，但你提交的内容太大或带有文件，没有发送。请重新提交。',
    back: '返回表单',
    withoutScript: '浏览器禁用了 JavaScript，无法在这里恢复登录状态。',
    signIn: '登录',
  },
}

export function messagesFor(language: PageLanguage): PageMessages {
  return words[language]
}

/** The supported language that the browser prefers (RFC 9110 section 12.5.4). Default English. */
export function preferredLanguage({ headers }: Pick<PageRequest, 'headers'>): PageLanguage {
  const ranges = (headerOf(headers, 'accept-language') ?? '').split(',').map((range) => {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';')
    const quality = parameters.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find((one) => one !== undefined)
    return { language: pageLanguages.find((one) => tag.split('-')[0] === one), quality: Number(quality ?? 1) }
  })
  const best = ranges
    .filter(({ language, quality }) => language && quality > 0)
    .sort((a, b) => b.quality - a.quality)[0]
  return best?.language ?? 'en'
}
