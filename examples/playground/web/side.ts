import type { Client } from '@sessionward/client'
import type { Words } from './words.js'

const tones: Readonly<Record<string, string>> = {
  active: 'tone-alive',
  refreshing: 'tone-waiting',
  degraded: 'tone-waiting',
  reauth: 'tone-waiting',
}

/** The state in words: who, how often renewed, how long the pass is good for, what this tab is doing. */
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
    setText(byId('renewals'), session ? words.state.renewed(session.generation) : '–')
    const left = session ? Math.max(0, this.#lifetime - (performance.now() - this.#tokenSince) / 1000) : 0
    setText(byId('pass'), session ? words.state.seconds(Math.ceil(left)) : '–')
    const meter = byId('pass-left') as HTMLMeterElement
    meter.max = this.#lifetime
    meter.value = left
  }
}

/** The lines of code beside the stage, and the button that copies them. */
export class Lines {
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

  /** @param lines with the usual ports; they are shown with those of this playground. */
  write(lines: string, { auth, api }: { readonly auth: string; readonly api: string }): void {
    setText(byId('code'), lines.replaceAll('http://localhost:4000', auth).replaceAll('http://localhost:4001', api))
  }
}

/** Where the clipboard is out of reach, the lines are at least marked for the keyboard. */
function select(): void {
  getSelection()?.selectAllChildren(byId('code'))
}

/** Writes only what changed, so that a reader is not told the same thing sixty times a second. */
function setText(element: HTMLElement, content: string): void {
  if (element.textContent !== content) element.textContent = content
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (!element) throw new Error(`the page has no #${id}`)
  return element
}
