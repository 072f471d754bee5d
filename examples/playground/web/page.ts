import { type Act, type Scene, type Sentence, sendAtOnce } from './acts/act.js'
import { away } from './acts/away.js'
import { everywhere } from './acts/everywhere.js'
import { lost } from './acts/lost.js'
import { perTab, tabs as twoTabs } from './acts/tabs.js'
import { ten } from './acts/ten.js'
import { thief } from './acts/thief.js'
import { Cards, captions, longestOf } from './cards.js'
import { config, distance, now, pause } from './config.js'
import { drawLegend } from './legend.js'
import { Preferences } from './preferences.js'
import { byId, Code, Side } from './side.js'
import { Stage } from './stage/draw.js'
import type { StageEvent } from './stage/events.js'
import { StageModel } from './stage/model.js'
import { Tabs } from './tabs.js'
import { type Watched, watch } from './watch.js'
import { Wire } from './wire.js'

const preferences = new Preferences()
const model = new StageModel()
const tabs = new Tabs({
  feed: (event) => stage.feed(event),
  session: () => client.session?.id ?? null,
  perform: () => sendAtOnce(config, mine, perTab),
})
const stage = new Stage(
  {
    model,
    parts: { window: byId('window'), names: byId('names'), detail: byId('detail') },
    words: () => preferences.words,
    self: tabs.self,
    roundTrip: distance,
    stillness: matchMedia('(prefers-reduced-motion: reduce)').matches,
  },
  now(),
)

/** Draws here and in the other tabs. */
function emit(event: StageEvent): void {
  stage.feed(event)
  tabs.broadcast(event)
}

const wire = new Wire(config, emit)

function enter(lane: string, options?: { readonly clientId: string; readonly transport: 'body' }): Watched {
  emit({ type: 'lane', lane, kind: 'tab', born: lane === tabs.self ? tabs.born : now(), at: now() })
  const generation = (): number | undefined => model.generations.get(lane)
  return watch({ config, wire, lane, emit, generation, ...(options ? { client: options } : {}) })
}

const mine = enter(tabs.self)
const { client } = mine
const side = new Side(client, config.accessTokenLifetime)
const code = new Code(() => preferences.words)
const counter = byId('counter')
const cards = new Cards(
  byId('acts'),
  [ten, lost, twoTabs, away, thief, everywhere],
  preferences.words,
  (act) => void play(act),
)
const form = byId('sign-in') as HTMLFormElement
let news: Sentence | null = null
let session: string | null = null
let shown: Act = ten
let playing = false

async function play(act: Act): Promise<void> {
  if (playing) return
  playing = true
  shown = act
  code.write(act.code)
  counter.hidden = true
  cards.begin(act)
  byId('stage').scrollIntoView({ block: 'nearest' })
  let seen: Sentence
  try {
    await signInIfNeeded()
    emit({ type: 'act', act: act.id, pace: act.pace, at: now() })
    seen = await act.play(sceneOf(act))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    seen = (words) => words.seen.failed(message)
  }
  emit({ type: 'rest', at: now() })
  playing = false
  cards.end(act, seen)
  announce(seen)
}

function sceneOf(act: Act): Scene {
  return {
    config,
    mine,
    self: tabs.self,
    model,
    wire,
    tabs,
    emit,
    enter,
    say(sentence) {
      cards.say(act, sentence)
      news = sentence
      write()
    },
    count(milliseconds) {
      counter.hidden = false
      counter.textContent = preferences.words.progress.milliseconds(Math.round(milliseconds))
    },
  }
}

async function signInIfNeeded(): Promise<void> {
  while (client.state === 'unknown') await pause(50)
  if (client.session) return
  await signIn()
  await pause(300)
}

/** Sends one request. The stage shows a failure, so nothing is thrown. */
async function sendOne(): Promise<void> {
  await sendAtOnce(config, mine, 1).catch(() => {})
}

async function signIn(): Promise<void> {
  const fields = new FormData(form)
  await client.signIn({ username: String(fields.get('username')), password: String(fields.get('password')) })
}

/** Follows the client: who is signed in, and where the session stands on the stage. */
function follow(): void {
  const current = client.session?.id ?? null
  if (current !== session) {
    if (current === null && session !== null) left(session)
    if (current !== null) arrived(current)
    session = current
  }
  write()
}

function arrived(id: string): void {
  emit({ type: 'signed-in', lane: tabs.self, session: id, at: now() })
  const name = String(client.user?.username ?? '')
  announce((words) => words.state.signedIn(name))
}

function left(id: string): void {
  const reason = client.reason ?? 'signed_out'
  emit({ type: 'ended', session: id, reason, at: now() })
  announce((words) => words.state.signedOut(words.reasons[reason] ?? reason))
}

/** Writes it under the stage, and for screen readers. A countdown is only shown: its every second would be noise. */
function announce(sentence: Sentence): void {
  news = sentence
  byId('spoken').textContent = sentence(preferences.words)
  write()
}

function write(): void {
  const { words } = preferences
  const signedIn = client.session !== undefined
  for (const element of document.querySelectorAll<HTMLElement>('[data-word]')) {
    const text = words.page[element.dataset.word ?? '']
    if (text !== undefined && element.textContent !== text) element.textContent = text
  }
  byId('theme').textContent = (preferences.theme === 'dark' ? words.page.light : words.page.dark) ?? ''
  form.hidden = signedIn
  byId('signed-in').hidden = !signedIn
  const said = news?.(words) ?? words.page.lead ?? ''
  byId('news-size').textContent = longestOf([words.page.lead ?? '', ...captions(words)])
  if (byId('news').textContent !== said) byId('news').textContent = said
}

function writeAll(): void {
  document.title = preferences.words.page.title ?? ''
  drawLegend(byId('legend'), preferences.words)
  cards.write(preferences.words)
  code.write(shown.code)
  write()
}

function frame(): void {
  stage.frame(now())
  side.write(preferences.words)
  requestAnimationFrame(frame)
}

// What scrolls sideways must be reachable by the keyboard too.
for (const [id, title] of [
  ['window', 'stage-title'],
  ['lines', 'code-title'],
] as const) {
  const element = byId(id)
  element.tabIndex = 0
  element.setAttribute('role', 'group')
  element.setAttribute('aria-labelledby', title)
}
byId('window').setAttribute('aria-describedby', 'stage-keys')
const [account] = config.accounts
if (account) {
  for (const name of ['username', 'password'] as const) {
    ;(form.elements.namedItem(name) as HTMLInputElement).value = account[name]
  }
}
form.addEventListener('submit', (event) => {
  event.preventDefault()
  signIn().then(sendOne, (error: { code?: string }) =>
    announce((words) => words.state.signInFailed(words.reasons[error.code ?? ''] ?? String(error.code))),
  )
})
byId('send').addEventListener('click', () => void sendOne())
byId('sign-out').addEventListener('click', () => void client.signOut().catch(() => {}))
byId('language').addEventListener('click', () => preferences.switchLocale())
byId('theme').addEventListener('click', () => preferences.switchTheme())
preferences.onChange(writeAll)
client.subscribe(follow)
tabs.open()
writeAll()
follow()
frame()
