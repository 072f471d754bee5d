import { notSentFragment } from '@sessionward/protocol'
import type { GuardError } from '../challenge.js'
import { type Fields, readFields } from './carried-form.js'
import { escapeHtml, htmlHeaders, htmlPage, randomNonce } from './html.js'
import type { PageConfig } from './options.js'
import { addressOf, formPageOf, type PageAnswer, type PageRequest } from './page-request.js'
import { signInAddress } from './sign-in.js'
import type { InterstitialWay } from './way.js'
import { languageOf, type PageWords, wordsOf } from './words.js'

/** What the script is told, as JSON in `data-sessionward` of its element. */
export interface ContinueTask
  extends Pick<InterstitialWay, 'server' | 'basePath' | 'clientId' | 'transport' | 'storage'> {
  readonly handOver: string
  /** Where to sign in: `return_to` is there already, `reason` is not. */
  readonly signIn: string
  /** Why the visit was refused. */
  readonly refused: string
  /** For a form that was sent: the page where it was filled in. */
  readonly formPage?: string
}

/**
 * The page that refreshes and goes on. It is a 401, which says the truth to programs, keeps it out of caches and out of the
 * back-forward cache; browsers show it all the same.
 *
 * @param script address of its script
 */
export async function interstitialPage(
  request: PageRequest,
  config: PageConfig,
  { server, basePath, clientId, transport, storage }: InterstitialWay,
  error: GuardError,
  script: string,
): Promise<PageAnswer> {
  const nonce = randomNonce()
  const language = languageOf(request)
  const words = wordsOf(language)
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

function bodyOf(words: PageWords, address: string, signIn: string, fields: Fields | undefined): string {
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
