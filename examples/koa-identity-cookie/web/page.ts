import { SignedOutError } from '@sessionward/client'
import { type ActName, acts } from './acts.js'
import { client } from './client.js'
import { config } from './config.js'
import { systemState } from './control.js'
import { fillWords, find } from './elements.js'
import { openForms } from './forms.js'
import { fillSignIn, showPeople } from './people.js'
import { remainingLife, watchTokens } from './remaining-life.js'
import { words } from './words.js'

declare global {
  interface Window {
    /** For the stories of this example, and for you in the console. */
    koaIdentity: { readonly client: typeof client }
  }
}

window.koaIdentity = { client }

/** Acts that need somebody to be signed in; the others are the operator's. */
const ofCache: readonly ActName[] = ['stop', 'start', 'flush', 'slow']
let acting = false

function say(sentence: string): void {
  find('news').textContent = sentence
}

/** Runs an act, one at a time, and says what was seen. */
async function run(act: () => Promise<string>): Promise<void> {
  if (acting) return
  acting = true
  document.body.setAttribute('aria-busy', 'true')
  say(words.running)
  try {
    say(await act())
  } catch (error) {
    // The reason is shown above the sign-in form.
    say(error instanceof SignedOutError ? '' : `${error}`)
  } finally {
    acting = false
    document.body.removeAttribute('aria-busy')
    await showSystem()
  }
}

async function showSystem(): Promise<void> {
  const { questions, people, cache } = await systemState()
  find('questions').textContent = `${questions.profiles}`
  find('cache-state').textContent = words.cacheStates[cache]
  find('cache-state').dataset.state = cache
  for (const name of ofCache) find<HTMLButtonElement>(`act-${name}`).disabled = cache === 'none' || !isSignedIn()
  find('act-stop').closest('li')!.hidden = cache === 'stopped'
  find('act-start').closest('li')!.hidden = cache !== 'stopped'
  showPeople(people, run)
}

function isSignedIn(): boolean {
  return client.state !== 'anonymous' && client.state !== 'unknown'
}

function showSession(): void {
  const isHere = isSignedIn()
  find('state').textContent = words.states[client.state]
  find('state').dataset.state = client.state
  find('who').textContent = isHere ? (client.user?.name ?? '') : ''
  find<HTMLInputElement>('own-username').value = client.user?.username ?? ''
  find('sign-out').hidden = !isHere
  find('signed-in').hidden = !isHere
  find('signed-out').hidden = client.state !== 'anonymous'
  find('try-hint').hidden = client.state !== 'anonymous'
  find('reason').textContent = client.state === 'anonymous' ? (words.reasons[client.reason ?? ''] ?? '') : ''
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-act] button')) button.disabled = !isHere
  showLife()
}

function showLife(): void {
  const life = remainingLife()
  find('life').textContent = life === undefined ? '–' : words.seconds(life)
}

fillWords()
find('users').textContent = config.users
find('cache').textContent = config.cache ?? words.noCache
find('notes').textContent = config.notes.join(' ')
for (const name of Object.keys(acts) as ActName[]) {
  find(`act-${name}`).addEventListener('click', () => void run(acts[name]))
}
find('sign-out').addEventListener('click', () => client.signOut().catch((error) => say(`${error}`)))
const [first] = config.accounts
if (first) fillSignIn(first.username, first.password)
openForms((sentence) => {
  say(sentence)
  void showSystem()
})
watchTokens(showSession)
client.subscribe(() => {
  if (client.state === 'anonymous' || client.state === 'active') void showSystem()
})
setInterval(showLife, 1000)
showSession()
await showSystem()
document.body.dataset.ready = 'true'
