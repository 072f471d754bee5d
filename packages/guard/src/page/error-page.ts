import { errors } from '@sessionward/protocol'
import type { GuardError } from '../challenge.js'
import { escapeHtml, htmlHeaders, htmlPage, randomNonce } from './html.js'
import type { PageAnswer } from './page-request.js'

/** For a visit that no refresh can help: the page needs another scope, comes from elsewhere, or the keys have not arrived. */
export function errorPage(error: GuardError): PageAnswer {
  const nonce = randomNonce()
  const { title } = errors[error.code]
  return {
    status: error.status,
    headers: { ...error.headers(), ...htmlHeaders(nonce) },
    setCookies: [],
    body: htmlPage({ title, nonce, body: `<p role="alert">${escapeHtml(title)}</p>` }),
  }
}
