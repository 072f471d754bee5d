import { SignedOutError } from '@sessionward/client'
import { type ActName, acts, type Seen } from './acts.js'
import { call } from './call.js'
import { client } from './client.js'
import { type BusinessServer, business, config } from './config.js'
import { control, type ServerState } from './control.js'
import { fillWords, find } from './elements.js'
import { showRow } from './log.js'
import { signInAddress } from './return-to.js'
import { expiryOf, issuedAt } from './token.js'
import { words } from './words.js'

declare global {
  interface Window {
    /** For the stories of this example, and for you in the console. */
    threeServers: { readonly client: typeof client; readonly config: typeof config }
  }
}

window.threeServers = { client, config }

let clockAhead = 0
let token: string | undefined
let acting = false

/** Goes to the sign-in page, which returns to the current view. */
function goToSignIn(reason: string | undefined): void {
  location.assign(signInAddress(location.pathname + location.search, reason))
}

/** Runs the requests and shows their outcome; goes to sign-in if that is needed first. */
async function show(title: string, run: () => Promise<Seen>): Promise<void> {
  if (acting) return
  acting = true
  document.body.setAttribute('aria-busy', 'true')
  find('news').textContent = words.running
  try {
    const { outcomes, sentence } = await run()
    showRow(title, outcomes)
    find('news').textContent = sentence
    await showState(await control('state'))
  } catch (error) {
    if (error instanceof SignedOutError) return goToSignIn(error.reason)
    find('news').textContent = error instanceof Error ? error.message : `${error}`
  } finally {
    acting = false
    document.body.removeAttribute('aria-busy')
  }
}

/** Keeps the requested servers in the address, so that they are still known after a sign-in. */
function ask(names: readonly BusinessServer[]): Promise<void> {
  const asked = names.length > 1 ? 'both' : names[0]!
  history.replaceState(null, '', `/?ask=${asked}`)
  return show(words.called[asked as keyof typeof words.called], async () => {
    const { outcomes, refreshes } = await call(names)
    const isDown = Object.values(outcomes).some(({ answers }) => answers.at(-1)?.status === 0)
    return { outcomes, sentence: isDown ? words.seen.down : words.seen.asked(names.length, refreshes) }
  })
}

async function showState({ now, running }: ServerState): Promise<void> {
  clockAhead = now - Date.now()
  for (const name of business) {
    const state = find(`${name}-state`)
    state.textContent = running[name] ? words.serverRuns : words.serverDown
    state.className = running[name] ? 'running' : 'down'
    find(`${name}-power`).textContent = running[name] ? words.stop : words.start
    find(`${name}-power`).dataset.what = running[name] ? 'stop' : 'start'
  }
  const { keys } = await fetch(`${config.auth}/.well-known/jwks.json`).then((response) => response.json())
  find('key-count').textContent = words.published(keys.length)
}

function showSession(): void {
  const { state, user } = client
  const isHere = state !== 'anonymous' && state !== 'unknown'
  find('state').textContent = words.states[state]
  find('state').dataset.state = state
  find('who').textContent = isHere ? (user?.name ?? '') : ''
  find('sign-out').hidden = !isHere
  find('sign-in').hidden = state !== 'anonymous'
  if (!isHere) token = undefined
  showTimes()
}

function showTimes(): void {
  const now = Date.now() + clockAhead
  const left = (until: number) => words.left(Math.max(0, Math.round((until - now) / 1000)))
  find('access-left').textContent = token ? left(expiryOf(token)) : '–'
  find('refresh-left').textContent = token ? left(issuedAt(token) + config.lifetimes.refreshToken * 1000) : '–'
}

async function takeToken(): Promise<void> {
  token = await client.token().catch(() => undefined)
  showSession()
}

/** Resolves when the client knows whether somebody is signed in. */
function known(): Promise<void> {
  return new Promise((resolve) => {
    const stop = client.subscribe(look)
    function look() {
      if (client.state === 'unknown') return
      stop()
      resolve()
    }
    look()
  })
}

fillWords()
for (const name of business) {
  find(`${name}-address`).textContent = config[name]
  find(`${name}-call`).addEventListener('click', () => void ask([name]))
  find(`${name}-power`).addEventListener('click', async ({ currentTarget }) => {
    await showState(await control((currentTarget as HTMLElement).dataset.what as 'start' | 'stop', name))
  })
}
find('auth-address').textContent = config.auth
find<HTMLAnchorElement>('jwks').href = `${config.auth}/.well-known/jwks.json`
for (const name of Object.keys(acts) as ActName[]) {
  const [title] = words.acts[name]
  find(`act-${name}`).addEventListener('click', () => {
    if (name === 'call' || name === 'day') history.replaceState(null, '', '/?ask=both')
    void show(title, acts[name])
  })
}
find('sign-out').addEventListener('click', () => void client.signOut().then(() => goToSignIn(undefined)))
find('sign-in').addEventListener('click', () => goToSignIn(undefined))
client.subscribe(showSession)
client.on('refresh', () => void takeToken())
setInterval(showTimes, 1000)

const [, state] = await Promise.all([known(), control('state')])
await showState(state)
showSession()
if (client.state === 'anonymous') goToSignIn(client.reason)
else {
  await takeToken()
  document.body.dataset.ready = 'true'
  const asked = new URLSearchParams(location.search).get('ask')
  if (asked === 'both') await ask(business)
  else if (business.includes(asked as BusinessServer)) await ask([asked as BusinessServer])
}
