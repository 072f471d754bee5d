import { chineseMessages, errors } from '@sessionward/protocol'
import type { GuardError } from '../challenge.js'
import { escapeHtml, htmlHeaders, htmlPage, randomNonce } from './html.js'
import { preferredLanguage } from './messages.js'
import type { PageAnswer, PageRequest } from './page-request.js'

/** The page for errors that a refresh cannot fix, such as a missing scope, a foreign origin, or unavailable keys. */
export function errorPage(error: GuardError, request: PageRequest): PageAnswer {
  const nonce = randomNonce()
  const language = preferredLanguage(request)
  const title = language === 'zh' ? chineseMessages[error.code] : errors[error.code].title
  return {
    status: error.status,
    headers: { ...error.headers(), ...htmlHeaders(nonce) },
    setCookies: [],
    body: htmlPage({ language, title, nonce, body: `<p role="alert">${escapeHtml(title)}</p>` }),
  }
}
