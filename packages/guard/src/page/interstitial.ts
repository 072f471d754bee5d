import { notSentFragment } from '@sessionward/protocol'
import type { GuardError } from '../challenge.js'
import { type Fields, readFields } from './carried-form.js'
import { escapeHtml, htmlHeaders, htmlPage, randomNonce } from './html.js'
import { messagesFor, type PageMessages, preferredLanguage } from './messages.js'
import type { PageConfig } from './page-options.js'
import { addressOf, formPageOf, type PageAnswer, type PageRequest } from './page-request.js'
import type { InterstitialRefresh } from './refresh-method.js'
import { signInAddress } from './sign-in.js'

/** Parameters of the script, as JSON in the attribute `data-sessionward` of its element. */
export interface ContinueTask
  extends Pick<InterstitialRefresh, 'server' | 'basePath' | 'clientId' | 'transport' | 'storage'> {
  readonly handOver: string
  /** Where to sign in: `return_to` is there already, `reason` is not. */
  readonly signIn: string
  /** Why the visit was refused. */
  readonly refused: string
  /** For a form that was sent: the page where it was filled in. */
  readonly formPage?: string
}

/**
 * The page that refreshes the session and then reloads the requested page. Its status is 401, which is correct for programs and
 * keeps it out of caches and the back-forward cache. Browsers show it anyway.
 *
 * @param script address of its script
 */
export async function interstitialPage(
  request: PageRequest,
  config: PageConfig,
  { server, basePath, clientId, transport, storage }: InterstitialRefresh,
  error: GuardError,
  script: string,
): Promise<PageAnswer> {
  const nonce = randomNonce()
  const language = preferredLanguage(request)
  const words = messagesFor(language)
  const isForm = request.method === 'POST'
  const address = addressOf(request, config.origin)
  const formPage = isForm ? { formPage: formPageOf(request, config.origin) } : {}
  const signIn = signInAddress(config, isForm ? formPage.formPage! + notSentFragment : address)
  const task: ContinueTask = {
    ...{ server, basePath, clientId, transport, storage, signIn, ...formPage },
    handOver: `${config.path}/hand-over?visit`,
    refused: error.code,
  }
  const fields = isForm ? await readFields(request) : undefined
  const tag = `<script nonce="${nonce}" src="${escapeHtml(script)}" data-sessionward="${escapeHtml(JSON.stringify(task))}" defer></script>\n`
  const withoutScript = `<noscript><style nonce="${nonce}">.wait { display: none }</style></noscript>\n`
  const sources = `; script-src 'self' 'nonce-${nonce}'; connect-src 'self' ${server}`
  return {
    status: error.status,
    headers: { ...error.headers(), ...htmlHeaders(nonce, sources) },
    setCookies: [],
    body: htmlPage({
      language,
      title: words.title,
      nonce,
      head: tag + withoutScript,
      body: bodyOf(words, address, signIn, fields),
    }),
  }
}

function bodyOf(words: PageMessages, address: string, signIn: string, fields: Fields | undefined): string {
  const inputs = fields?.map(([name, value]) => {
    return `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`
  })
  return `<p class="wait" data-say="wait" role="status">${words.wait}</p>
<p data-say="unavailable" role="alert" hidden>${words.unavailable} <a href="" data-again>${words.again}</a></p>
<p data-say="not-carried" role="alert" hidden>${words.notCarried} <a href="" data-back>${words.back}</a></p>
<noscript><p>${words.withoutScript} <a href="${escapeHtml(signIn)}">${words.signIn}</a></p></noscript>${
    inputs ? `\n<form method="post" action="${escapeHtml(address)}" hidden>${inputs.join('')}</form>` : ''
  }`
}
