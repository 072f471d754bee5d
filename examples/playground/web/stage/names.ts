import type { Words } from '../words.js'
import type { Layout } from './layout.js'
import { endOf } from './model.js'

/** The names beside the lanes, as text that can be read and selected. */
export class Names {
  readonly #root: HTMLElement
  #written = ''

  constructor(root: HTMLElement) {
    this.#root = root
  }

  write(layout: Layout, self: string, generations: ReadonlyMap<string, number>, words: Words): void {
    const { stage } = words
    let tabs = 0
    const tabName = (id: string): string => {
      if (id.startsWith('victim')) return stage.victim
      tabs += 1
      return id === self ? stage.here : stage.tab(tabs)
    }
    const rows = [
      { top: layout.api.top, name: stage.api, hint: stage.apiHint, gone: false },
      ...layout.callers.map(({ top, lane }) => {
        const generation = generations.get(lane.id)
        const end = endOf(lane)
        const now = generation === undefined ? '' : stage.generation(generation)
        const hint = end === null ? now : stage.ended(words.reasons[end.reason] ?? end.reason)
        const gone = end !== null
        return { top, name: lane.kind === 'thief' ? stage.thief : tabName(lane.id), hint, gone }
      }),
      { top: layout.auth.top, name: stage.auth, hint: stage.authHint, gone: false },
    ]
    const text = JSON.stringify(rows)
    if (text === this.#written) return
    this.#written = text
    this.#root.replaceChildren(...rows.map(nameRow))
  }
}

function nameRow({ top, name, hint, gone }: { top: number; name: string; hint: string; gone: boolean }): HTMLElement {
  const row = document.createElement('p')
  row.className = gone ? 'name gone' : 'name'
  row.style.top = `${top + 2}px`
  const title = document.createElement('b')
  title.textContent = name
  const small = document.createElement('span')
  small.className = 'hint'
  small.textContent = hint
  row.append(title, small)
  return row
}
