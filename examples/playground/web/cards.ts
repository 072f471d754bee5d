import type { Act, Sentence } from './acts/act.js'
import type { ActId, Words } from './words.js'

interface Card {
  readonly act: Act
  readonly button: HTMLButtonElement
  readonly title: HTMLElement
  readonly before: HTMLElement
  readonly term: HTMLElement
  readonly counter: HTMLElement
  readonly seen: HTMLElement
  readonly usual: HTMLElement
  readonly columns: HTMLElement
  said: Sentence | null
  played: boolean
}

/** The acts: each a button with what it will do; after it has played, what was seen. */
export class Cards {
  readonly #cards: ReadonlyMap<ActId, Card>
  #words: Words

  constructor(root: HTMLElement, acts: readonly Act[], words: Words, play: (act: Act) => void) {
    this.#words = words
    this.#cards = new Map(acts.map((act, index) => [act.id, makeCard(act, index + 1, () => play(act))]))
    root.append(...[...this.#cards.values()].map(({ button, ...card }) => item(button, card)))
    this.write(words)
  }

  write(words: Words): void {
    this.#words = words
    for (const card of this.#cards.values()) this.#write(card)
  }

  /** Only one act plays at a time. */
  begin(act: Act): void {
    this.#busy(true)
    const card = this.#cards.get(act.id)!
    card.button.setAttribute('aria-busy', 'true')
    card.played = false
    card.counter.hidden = true
    this.say(act, (words) => words.progress.playing)
  }

  say(act: Act, sentence: Sentence): void {
    const card = this.#cards.get(act.id)!
    card.said = sentence
    this.#write(card)
  }

  count(act: Act, milliseconds: number | null): void {
    const { counter } = this.#cards.get(act.id)!
    counter.hidden = milliseconds === null
    if (milliseconds !== null) counter.textContent = this.#words.progress.refusedAfter(Math.round(milliseconds))
  }

  end(act: Act, seen: Sentence): void {
    this.#busy(false)
    const card = this.#cards.get(act.id)!
    card.button.removeAttribute('aria-busy')
    card.played = true
    this.say(act, seen)
  }

  /** Not `disabled`: that would take the focus away from whoever pressed the button. */
  #busy(busy: boolean): void {
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
    card.before.hidden = card.played
    card.columns.hidden = !card.played || card.act.id !== 'thief'
    if (!card.columns.hidden) card.columns.replaceChildren(...columns(words))
  }
}

function makeCard(act: Act, number: number, play: () => void): Card {
  const button = document.createElement('button')
  button.type = 'button'
  button.addEventListener('click', play)
  const ordinal = element('span', 'ordinal')
  ordinal.textContent = String(number)
  const title = element('span', 'title')
  button.append(ordinal, title)
  const counter = element('p', 'counter')
  counter.hidden = true
  const seen = element('p', 'seen')
  return {
    act,
    button,
    title,
    before: element('p', 'before'),
    term: element('small', 'term'),
    counter,
    seen,
    usual: element('p', 'usual'),
    columns: element('div', 'columns'),
    said: null,
    played: false,
  }
}

function item(button: HTMLElement, card: Omit<Card, 'button'>): HTMLElement {
  const entry = element('li', 'act-card')
  entry.dataset.act = card.act.id
  entry.append(button, card.before, card.counter, card.seen, card.columns, card.usual, card.term)
  return entry
}

function columns({ page }: Words): HTMLElement[] {
  return [
    [page.bearer, page.bearerTerm, ''],
    [page.bound, page.boundTerm, page.boundText],
  ].map(([title, term, text]) => {
    const column = element('p', '')
    const strong = document.createElement('b')
    strong.textContent = title!
    const small = document.createElement('small')
    small.textContent = term!
    column.append(strong, small, text!)
    return column
  })
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, className: string): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  made.className = className
  return made
}
