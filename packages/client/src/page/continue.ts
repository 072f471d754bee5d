import { type Client, createClient } from '../client.js'
import { RefreshUnavailableError, SignedOutError } from '../errors.js'
import { webStorage } from '../vault/web-storage.js'
import { exceedsContinueLimit } from './continue-limit.js'
import { handOver } from './hand-over.js'

/** What the page guard tells the script of its interstitial. */
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

/** Refreshes, and goes on to what was asked for: the page, the form that was sent, or sign-in. */
export function continueVisit(task: ContinueTask): void {
  const asked = location.href
  let running = false
  /** What is sent once is never sent again, whatever brings this page back. */
  let sent = false

  const run = async () => {
    if (running) return
    running = true
    const outcome = await outcomeOf(task)
    running = false
    if (outcome === 'handed over') return exceedsContinueLimit(asked) ? toSignIn(task, task.refused) : goOn()
    if ('signIn' in outcome) return toSignIn(task, outcome.signIn)
    say('unavailable')
    setTimeout(run, outcome.unavailable * 1000)
  }
  const goOn = () => {
    if (task.formPage === undefined) return goTo(asked, task)
    const form = document.querySelector('form')
    if (!form) return say('not-carried')
    sent = true
    // From here on a reload, or the way back, asks for the form and sends nothing.
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

async function outcomeOf(task: ContinueTask): Promise<Outcome> {
  try {
    const client = open(task)
    const first = await client.token()
    const answer = await handOver(task.handOver, first)
    // The client may have had a token that the site no longer accepts: one more, and no third.
    const last = answer.status === 401 ? await handOver(task.handOver, await client.token({ refused: first })) : answer
    if (last.ok) return 'handed over'
    if (last.status === 401 || last.status === 403) return { signIn: await codeOf(last) }
    return { unavailable: 5 }
  } catch (error) {
    if (error instanceof SignedOutError) return { signIn: error.reason }
    if (error instanceof RefreshUnavailableError) return { unavailable: error.retryAfter }
    console.error(error)
    return { unavailable: 30 }
  }
}

/** Seconds until the page says that it cannot go on. It tries all the same, until it can. */
const patience = 4

function open({ server, basePath, clientId, transport, storage }: ContinueTask): Client {
  const vault = storage === 'local' ? { vault: webStorage(localStorage) } : {}
  return createClient({ server, basePath, clientId, transport, patience, ...vault })
}

async function codeOf(answer: Response): Promise<string> {
  const { code } = await answer.json().catch(() => ({}))
  return typeof code === 'string' ? code : 'access_token_invalid'
}

/** To the address, without an entry in the history. One that differs from ours in its fragment alone would only scroll. */
function goTo(address: string, task: ContinueTask): void {
  if (address.includes('#')) history.replaceState(null, '', task.handOver)
  location.replace(address)
}

/** Nobody was signed in: that is no reason that a person wants to read. */
const noReason = 'refresh_token_missing'

function toSignIn({ signIn, refused }: ContinueTask, code: string): void {
  const url = new URL(signIn, location.origin)
  const reason = code === noReason && /^(session|account|credentials)_/.test(refused) ? refused : code
  if (reason !== noReason) url.searchParams.set('reason', reason)
  const back = url.searchParams.get('return_to')
  // A browser tells no server the fragment.
  if (location.hash && back) url.searchParams.set('return_to', back + location.hash)
  location.replace(url.href)
}

/** Shows one of the sentences of the page. */
function say(name: string): void {
  for (const one of document.querySelectorAll<HTMLElement>('[data-say]')) one.hidden = one.dataset.say !== name
}

function on(selector: string, call: () => void): void {
  document.querySelector(selector)?.addEventListener('click', (event) => {
    event.preventDefault()
    call()
  })
}
