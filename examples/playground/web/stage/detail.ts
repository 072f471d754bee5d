import type { Words } from '../words.js'
import type { Trip } from './model.js'

/** One sentence for a mark: who, what, how long, how it went. */
export function sayTrip(trip: Trip, words: Words): string {
  const { stage } = words
  const where = trip.to === 'api' ? stage.api : stage.auth
  if (trip.answeredAt === null || trip.outcome === null) return stage.underWay(stage.purpose[trip.purpose], where)
  const generation = trip.outcome === 'ok' && trip.purpose !== 'request' ? trip.generation : null
  const took = Math.round(trip.answeredAt - trip.sentAt)
  return stage.crossed(stage.purpose[trip.purpose], where, took, stage.outcome[trip.outcome], generation)
}

/** What crossed the wire, beside the mark that the person points at. */
export class Detail {
  readonly #box: HTMLElement

  constructor(box: HTMLElement) {
    this.#box = box
    this.hide()
  }

  show(trip: Trip, words: Words, place: { readonly x: number; readonly y: number; readonly room: number }): void {
    const title = document.createElement('p')
    title.textContent = sayTrip(trip, words)
    const list = document.createElement('dl')
    for (const [heading, lines] of [
      [words.stage.sent, trip.sent],
      [words.stage.received, trip.received],
    ] as const) {
      if (lines.length === 0) continue
      const term = document.createElement('dt')
      term.textContent = heading
      const rows = lines.map(([name, content]) => {
        const row = document.createElement('dd')
        const label = document.createElement('b')
        label.textContent = name
        row.append(label, ` ${content}`)
        return row
      })
      list.append(term, ...rows)
    }
    this.#box.replaceChildren(title, list)
    this.#box.hidden = false
    const width = this.#box.offsetWidth
    const left = Math.min(Math.max(place.x - width / 2, 0), Math.max(place.room - width, 0))
    this.#box.style.left = `${left}px`
    this.#box.style.top = `${place.y + 16}px`
  }

  hide(): void {
    this.#box.hidden = true
  }
}
