import { chineseMessages, errors } from '@sessionward/protocol'
import type { GuardError } from '../challenge.js'
import { escapeHtml, htmlHeaders, htmlPage, randomNonce } from './html.js'
import type { PageAnswer, PageRequest } from './page-request.js'
import { languageOf } from './words.js'

/** For a visit that no refresh can help: the page needs another scope, comes from elsewhere, or the keys have not arrived. */
export function errorPage(error: GuardError, request: PageRequest): PageAnswer {
  const nonce = randomNonce()
  const language = languageOf(request)
  const title = language === 'zh' ? chineseMessages[error.code] : errors[error.code].title
  return {
    status: error.status,
    headers: { ...error.headers(), ...htmlHeaders(nonce) },
    setCookies: [],
    body: htmlPage({ language, title, nonce, body: `<p role="alert">${escapeHtml(title)}</p>` }),
  }
}
