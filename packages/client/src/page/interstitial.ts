import { type Client, createClient } from '../client.js'
import { RefreshUnavailableError, SignedOutError } from '../errors.js'
import { keepDraftOfSubmission } from '../ui/draft-store.js'
import { webStorage } from '../vault/web-storage.js'
import { handOver } from './hand-over.js'
import { exceedsContinueLimit } from './loop-detection.js'

/** The parameters that the page guard passes to the script of its interstitial. */
export interface ContinueTask {
  readonly server: string
  readonly basePath: string
  readonly clientId: string
  readonly transport: 'cookie' | 'body'
  readonly storage: 'indexeddb' | 'local'
  readonly handOver: string
  /** `return_to` is in it already. */
  readonly signIn: string
  /** Why the visit was refused. */
  readonly refused: string
  /** Where a form that was sent had been filled in. Undefined: no form was sent. */
  readonly formPage?: string
}

type Outcome = { readonly signIn: string } | { readonly unavailable: number } | 'handed over'

/** Refreshes, and then navigates to the requested page, resends the form, or opens the sign-in page. */
export function continueVisit(task: ContinueTask): void {
  const target = location.href
  let running = false
  /** A form is sent only once, even if the browser shows this page again. */
  let sent = false

  const run = async () => {
    if (running) return
    running = true
    const outcome = await refreshAndHandOver(task)
    running = false
    if (outcome === 'handed over') return exceedsContinueLimit(target) ? navigateToSignIn(task, task.refused) : resume()
    if ('signIn' in outcome) return navigateToSignIn(task, outcome.signIn)
    showMessage('unavailable')
    setTimeout(run, outcome.unavailable * 1000)
  }
  const resume = () => {
    if (task.formPage === undefined) return navigate(target, task)
    const form = document.querySelector('form')
    if (!form) {
      keepDraftOfSubmission()
      return showMessage('not-carried')
    }
    sent = true
    // A reload or the back button then opens the page of the form instead of resending it.
    history.replaceState(null, '', task.formPage)
    // Not `form.submit`: a field may have that name.
    HTMLFormElement.prototype.submit.call(form)
  }

  on('[data-again]', () => void run())
  on('[data-back]', () => history.back())
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted && sent) location.replace(task.formPage!)
    else if (persisted) void run()
  })
  void run()
}

async function refreshAndHandOver(task: ContinueTask): Promise<Outcome> {
  try {
    const client = createPageClient(task)
    const first = await client.token()
    const answer = await handOver(task.handOver, first)
    // The site may no longer accept the client's token: refresh once, and not again.
    const last = answer.status === 401 ? await handOver(task.handOver, await client.token({ refused: first })) : answer
    if (last.ok) return 'handed over'
    if (last.status === 401 || last.status === 403) return { signIn: await readCode(last) }
    return { unavailable: 5 }
  } catch (error) {
    if (error instanceof SignedOutError) return { signIn: error.reason }
    if (error instanceof RefreshUnavailableError) return { unavailable: error.retryAfter }
    console.error(error)
    return { unavailable: 30 }
  }
}

/** Seconds until the page shows that the auth server is unavailable. It keeps retrying. */
const timeout = 4

function createPageClient({ server, basePath, clientId, transport, storage }: ContinueTask): Client {
  const vault = storage === 'local' ? { vault: webStorage(localStorage) } : {}
  return createClient({ server, basePath, clientId, transport, patience: timeout, ...vault })
}

async function readCode(answer: Response): Promise<string> {
  const { code } = await answer.json().catch(() => ({}))
  return typeof code === 'string' ? code : 'access_token_invalid'
}

/** Navigates without a history entry. An address that differs only in its fragment would only scroll. */
function navigate(address: string, task: ContinueTask): void {
  if (address.includes('#')) history.replaceState(null, '', task.handOver)
  location.replace(address)
}

/** Code for a visitor without a session, which is not shown as a reason. */
const notSignedIn = 'refresh_token_missing'

function navigateToSignIn({ signIn, refused }: ContinueTask, code: string): void {
  const url = new URL(signIn, location.origin)
  const reason = code === notSignedIn && /^(session|account|credentials)_/.test(refused) ? refused : code
  if (reason !== notSignedIn) url.searchParams.set('reason', reason)
  const back = url.searchParams.get('return_to')
  // The server does not receive the fragment.
  if (location.hash && back) url.searchParams.set('return_to', back + location.hash)
  location.replace(url.href)
}

/** Shows one of the sentences of the page. */
function showMessage(name: string): void {
  for (const one of document.querySelectorAll<HTMLElement>('[data-say]')) one.hidden = one.dataset.say !== name
}

function on(selector: string, call: () => void): void {
  document.querySelector(selector)?.addEventListener('click', (event) => {
    event.preventDefault()
    call()
  })
}
