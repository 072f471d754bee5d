import type { Act, Sentence } from './acts/act.js'
import type { ActId, Words } from './words.js'

interface Card {
  readonly act: Act
  readonly entry: HTMLElement
  readonly button: HTMLButtonElement
  readonly title: HTMLElement
  readonly before: HTMLElement
  readonly term: HTMLElement
  readonly seen: HTMLElement
  readonly usual: HTMLElement
  /** Invisible, and as long as the longest text of the card: it keeps the height. */
  readonly longest: { readonly seen: HTMLElement; readonly usual: HTMLElement }
  said: Sentence | null
  played: boolean
}

/** What an act may say, with numbers of the usual size. */
const samples: Readonly<Record<ActId, (words: Words) => readonly string[]>> = {
  ten: ({ seen, progress }) => [seen.ten({ expired: 10, refreshes: 1, answered: 10 }), progress.refresh],
  lost: ({ seen }) => [seen.lost({ lost: 1, refreshed: 1, answered: 3, generation: 10 })],
  tabs: ({ seen, progress }) => [
    seen.tabs({ tabs: 2, calls: 10, refreshes: 1, answered: 10 }),
    progress.needTab,
    progress.tabHere,
  ],
  away: ({ seen }) => [seen.away({ away: 10, tries: 10, waited: 3, longest: 10.5, answered: 3, calls: 3 })],
  thief: ({ seen, progress }) => [
    seen.thief({ granted: 1, inside: 16, raced: 1, milliseconds: 100, refused: 12 }),
    progress.thiefSignsIn,
    progress.thiefIn,
    progress.thiefWaits(10),
  ],
  everywhere: ({ seen }) => [seen.everywhere({ milliseconds: 100, left: 12 })],
}

/** Every text that may stand under the stage while or after the acts play. */
export function captions(words: Words): readonly string[] {
  return Object.values(samples).flatMap((sample) => sample(words))
}

export function longestOf(texts: readonly string[]): string {
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '')
}

/** The acts: each a button with what it will do and, after it has played, what was seen. Playing changes no height. */
export class Cards {
  readonly #cards: ReadonlyMap<ActId, Card>
  #words: Words

  constructor(root: HTMLElement, acts: readonly Act[], words: Words, play: (act: Act) => void) {
    this.#words = words
    this.#cards = new Map(acts.map((act, index) => [act.id, createCard(act, index + 1, () => play(act))]))
    root.append(...[...this.#cards.values()].map(({ entry }) => entry))
    this.write(words)
  }

  write(words: Words): void {
    this.#words = words
    for (const card of this.#cards.values()) this.#write(card)
  }

  /** Only one act plays at a time. */
  begin(act: Act): void {
    this.#setBusy(true)
    const card = this.#cards.get(act.id)!
    card.button.setAttribute('aria-busy', 'true')
    card.played = false
    this.say(act, (words) => words.progress.playing)
  }

  say(act: Act, sentence: Sentence): void {
    const card = this.#cards.get(act.id)!
    card.said = sentence
    this.#write(card)
  }

  end(act: Act, seen: Sentence): void {
    this.#setBusy(false)
    const card = this.#cards.get(act.id)!
    card.button.removeAttribute('aria-busy')
    card.played = true
    this.say(act, seen)
  }

  /** Not `disabled`: that would take the focus from the button that was pressed. */
  #setBusy(busy: boolean): void {
    for (const { button } of this.#cards.values()) button.setAttribute('aria-disabled', String(busy))
  }

  #write(card: Card): void {
    const words = this.#words
    const { title, before, term, usual } = words.acts[card.act.id]
    card.title.textContent = title
    card.before.textContent = before
    card.term.textContent = term
    card.seen.textContent = card.said?.(words) ?? ''
    card.usual.textContent = card.played ? `${words.page.usual}${usual}` : ''
    card.longest.seen.textContent = longestOf(samples[card.act.id](words))
    card.longest.usual.textContent = `${words.page.usual}${usual}`
    card.entry.classList.toggle('begun', card.said !== null)
  }
}

function createCard(act: Act, number: number, play: () => void): Card {
  const button = element('button', number === 1 ? 'solid' : '')
  button.type = 'button'
  button.addEventListener('click', play)
  const ordinal = element('span', 'ordinal')
  ordinal.textContent = String(number)
  const title = element('span', 'title')
  button.append(ordinal, title)

  const [before, term] = [element('p', 'before'), element('small', 'term')]
  const [seen, usual] = [element('p', 'seen'), element('p', 'usual')]
  const longest = { seen: element('p', 'seen-size'), usual: element('p', 'usual-size') }
  const texts = element('div', 'texts')
  texts.append(group('plan', before, term), group('outcome', seen, usual), group('size', longest.seen, longest.usual))
  texts.querySelector('.size')!.setAttribute('aria-hidden', 'true')

  const entry = element('li', 'act-card')
  entry.dataset.act = act.id
  entry.append(button, texts)
  return { act, entry, button, title, before, term, seen, usual, longest, said: null, played: false }
}

function group(className: string, ...children: HTMLElement[]): HTMLElement {
  const container = element('div', className)
  container.append(...children)
  return container
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, className: string): HTMLElementTagNameMap[Name] {
  const node = document.createElement(name)
  node.className = className
  return node
}
