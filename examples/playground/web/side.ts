import type { Client } from '@sessionward/client'
import type { Words } from './words.js'

const tones: Readonly<Record<string, string>> = {
  active: 'tone-alive',
  refreshing: 'tone-waiting',
  degraded: 'tone-waiting',
  reauth: 'tone-waiting',
}

/** The state in words: what this tab is doing, who is signed in, and what the two tokens are worth. */
export class Side {
  readonly #client: Client
  readonly #lifetime: number
  #tokenSince = 0

  constructor(client: Client, lifetime: number) {
    this.#client = client
    this.#lifetime = lifetime
    client.on('refresh', () => {
      this.#tokenSince = performance.now()
    })
  }

  write(words: Words): void {
    const { state, user, session } = this.#client
    const doing = byId('doing')
    setText(doing, words.state.states[state] ?? state)
    doing.className = tones[state] ?? 'tone-ended'
    setText(byId('who'), session ? String(user?.username ?? user?.name ?? '') : words.state.nobody)
    setText(byId('refresh-token'), session ? words.stage.generation(session.generation) : '–')
    const left = session ? Math.max(0, this.#lifetime - (performance.now() - this.#tokenSince) / 1000) : 0
    setText(byId('access-token'), session ? words.state.secondsLeft(Math.ceil(left)) : '–')
    const meter = byId('access-token-left') as HTMLMeterElement
    meter.max = this.#lifetime
    meter.value = left
  }
}

/** The code beside the stage, and the button that copies it. */
export class Code {
  constructor(words: () => Words) {
    const button = byId('copy')
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(byId('code').textContent).catch(select)
      button.textContent = words().page.copied!
      setTimeout(() => {
        button.textContent = words().page.copy!
      }, 2000)
    })
  }

  /** @param code Text of files, shown without the comments for the formatter. */
  write(code: string): void {
    setText(byId('code'), code.replace(/^\/\/ biome-ignore.*\n\n/gm, '').trim())
  }
}

/** Where the clipboard cannot be written, the code is at least selected for the keyboard. */
function select(): void {
  getSelection()?.selectAllChildren(byId('code'))
}

/** Writes only what changed, so that a screen reader does not repeat it sixty times a second. */
function setText(element: HTMLElement, content: string): void {
  if (element.textContent !== content) element.textContent = content
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (!element) throw new Error(`the page has no #${id}`)
  return element
}
