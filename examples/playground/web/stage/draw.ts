import type { Words } from '../words.js'
import { Axis } from './axis.js'
import { drawRun, runsOf, sayRun } from './bundle.js'
import { Detail, sayTrip } from './detail.js'
import type { StageEvent } from './events.js'
import { type CallerBand, type Layout, layOut } from './layout.js'
import { drawCall, drawTrip, type Ground } from './marks.js'
import type { StageModel, Trip } from './model.js'
import { Names } from './names.js'
import { drawLabels, drawScenery, Ruler, type Scenery } from './scenery.js'
import { set, svg } from './svg.js'

export interface StageParts {
  /** Scrolls sideways; holds the drawing. */
  readonly window: HTMLElement
  /** The names of the lanes. */
  readonly names: HTMLElement
  /** What crossed the wire at the mark that is pointed at. */
  readonly detail: HTMLElement
}

export interface StageOptions {
  readonly model: StageModel
  readonly parts: StageParts
  readonly words: () => Words
  /** The lane of this tab. */
  readonly self: string
  /** Milliseconds there and back, as far as is known. */
  readonly roundTrip: number
  readonly stillness: boolean
}

// The width of one second, as a share of the visible width: while a request travels, and while callers only wait.
const travelling = 0.4
const waiting = 0.024
const afterglow = 160

/** Draws the model as it grows. What is settled is drawn once; only what is under way is drawn again each frame. */
export class Stage {
  readonly #options: StageOptions
  readonly #axis: Axis
  readonly #ruler = new Ruler()
  readonly #detail: Detail
  readonly #names: Names
  readonly #root = svg('svg', { class: 'drawing', role: 'group' })
  readonly #scenery = svg('g')
  readonly #callLayer = svg('g')
  readonly #tripLayer = svg('g')
  readonly #labels = svg('g', { class: 'labels' })
  readonly #drawn = new Map<string, { readonly group: SVGGElement; readonly settled: boolean }>()
  /** How many requests of each run have been drawn. */
  readonly #runs = new Map<string, number>()
  #layout: Layout
  #shape = -1
  #follow = true
  #scroll = 0
  #spoken = ''
  #picture = ''

  constructor(options: StageOptions, now: number) {
    this.#options = options
    this.#axis = new Axis(now)
    this.#detail = new Detail(options.parts.detail)
    this.#names = new Names(options.parts.names)
    this.#layout = layOut([])
    this.#root.append(hatching(), this.#scenery, this.#callLayer, this.#tripLayer, this.#labels)
    options.parts.window.append(this.#root)
    this.#listen()
  }

  /** Takes in one event. */
  feed(event: StageEvent): void {
    this.#axis.advance(event.at, this.#rate(event.at))
    if (event.type === 'act') {
      this.#axis.wake()
      this.#follow = true
    }
    this.#options.model.apply(event)
  }

  frame(now: number): void {
    const rate = this.#rate(now)
    this.#axis.advance(now, rate)
    const { model, parts, words, self } = this.#options
    const width = parts.window.clientWidth
    // A still stage need not be drawn sixty times a second.
    const picture = `${model.shape} ${model.changes} ${words().locale} ${width} ${this.#scroll}`
    if (rate === 0 && picture === this.#picture) return
    this.#picture = picture
    if (this.#shape !== model.shape || this.#spoken !== words().locale) this.#replace()
    const end = this.#axis.end.x
    set(this.#root, { width: Math.max(width, end + width * 0.2), height: this.#layout.height })
    const ground = { axis: this.#axis, layout: this.#layout, now, roundTrip: this.#options.roundTrip }
    const room = Math.max(width, end + width * 0.2)
    this.#ruler.advance(this.#axis, model, now)
    const scenery: Scenery = { ...ground, model, words: words(), room, ruler: this.#ruler }
    drawScenery(this.#scenery, scenery)
    drawLabels(this.#labels, scenery)
    this.#drawCalls(ground)
    this.#drawTrips(ground)
    this.#drawBundles(ground)
    this.#names.write(this.#layout, self, model.generations, words())
    this.#scrollTo(width, end)
  }

  #rate(at: number): number {
    const { model, parts, roundTrip } = this.#options
    const width = Math.min(Math.max(parts.window.clientWidth, 240), 900)
    if (model.isMoving(at, roundTrip * 2.5 + 100)) return width * travelling * model.pace
    if (at - model.lastAt < afterglow) return width * travelling * model.pace
    return model.isWaiting(at) ? width * waiting : 0
  }

  /** Lanes came or went: everything gets its new place. */
  #replace(): void {
    const { model, parts, words } = this.#options
    this.#shape = model.shape
    this.#spoken = words().locale
    this.#layout = layOut(model.lanesInOrder)
    for (const { group } of this.#drawn.values()) group.remove()
    this.#drawn.clear()
    this.#runs.clear()
    parts.names.style.height = `${this.#layout.height}px`
    parts.window.style.height = `${this.#layout.height}px`
  }

  #drawCalls(ground: Ground): void {
    for (const call of this.#options.model.calls.values()) {
      const band = this.#bandOf(call.lane)
      if (band) this.#draw(call.id, call.to !== null, this.#callLayer, () => drawCall(call, band, ground))
    }
  }

  #drawTrips(ground: Ground): void {
    const { model, words } = this.#options
    for (const trip of model.trips.values()) {
      const band = this.#bandOf(trip.lane)
      if (!band) continue
      if (trip.bundle !== null) {
        // A request under way is drawn as a dot. Once it is answered, its run counts it.
        const dots = () => (trip.outcome === null ? drawTrip(trip, 0, band, ground).slice(-1) : [])
        this.#draw(trip.id, trip.outcome !== null, this.#tripLayer, dots)
        continue
      }
      const slot = trip.call === null ? null : (model.calls.get(trip.call)?.slot ?? null)
      const group = this.#draw(trip.id, trip.outcome !== null, this.#tripLayer, () =>
        drawTrip(trip, slot, band, ground),
      )
      if (group && trip.outcome !== null) describe(group, sayTrip(trip, words()), trip.id)
    }
  }

  /** A run is drawn again when another of its requests has been answered. */
  #drawBundles(ground: Ground): void {
    const { model, words } = this.#options
    for (const run of runsOf(model.trips.values())) {
      const band = this.#bandOf(run.lane)
      if (!band || this.#runs.get(run.id) === run.trips.length) continue
      this.#runs.set(run.id, run.trips.length)
      const group = this.#draw(run.id, false, this.#tripLayer, () => drawRun(run, band, ground, words()))
      if (group) describe(group, sayRun(run, words()), run.trips.at(-1)!.id)
    }
  }

  #bandOf(lane: string): CallerBand | undefined {
    return this.#layout.callers.find((caller) => caller.lane.id === lane)
  }

  #draw(id: string, settled: boolean, layer: SVGGElement, parts: () => SVGElement[]): SVGGElement | null {
    const present = this.#drawn.get(id)
    if (present?.settled) return null
    const group = present?.group ?? svg('g')
    group.replaceChildren(...parts())
    if (!present) layer.append(group)
    this.#drawn.set(id, { group, settled })
    return group
  }

  #scrollTo(width: number, end: number): void {
    if (!this.#follow) return
    const act = this.#options.model.moments.findLast((moment) => moment.kind === 'act')
    const start = act ? this.#axis.x(act.at) - 20 : 0
    const target = Math.max(0, Math.max(start, end - width * 0.86))
    const step = this.#options.stillness ? 1 : 0.3
    this.#scroll = Math.abs(target - this.#scroll) < 0.5 ? target : this.#scroll + (target - this.#scroll) * step
    this.#options.parts.window.scrollLeft = this.#scroll
  }

  #listen(): void {
    const { window } = this.#options.parts
    const stop = (): void => {
      this.#follow = false
      this.#detail.hide()
    }
    window.addEventListener('wheel', (event) => Math.abs(event.deltaX) > Math.abs(event.deltaY) && stop(), {
      passive: true,
    })
    window.addEventListener('touchmove', stop, { passive: true })
    window.addEventListener('pointerover', (event) => this.#point(event.target))
    window.addEventListener('pointerleave', () => this.#detail.hide())
    window.addEventListener('focusin', (event) => this.#point(event.target))
    window.addEventListener('focusout', () => this.#detail.hide())
    window.addEventListener('keydown', (event) => this.#walk(event))
  }

  #point(target: EventTarget | null): void {
    const group = target instanceof Element ? target.closest<SVGGElement>('[data-trip]') : null
    const trip = group && this.#options.model.trips.get(group.dataset.trip ?? '')
    if (group && trip) this.#show(group, trip)
    else this.#detail.hide()
  }

  #show(group: SVGGElement, trip: Trip): void {
    const mark = (group.querySelector('.hit') ?? group).getBoundingClientRect()
    const frame = this.#options.parts.detail.parentElement!.getBoundingClientRect()
    const x = mark.left + mark.width / 2 - frame.left
    this.#detail.show(trip, this.#options.words(), { x, y: mark.bottom - 12 - frame.top, room: frame.width })
  }

  /** Arrow keys walk from mark to mark in the order of time. */
  #walk(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.#detail.hide()
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    const marks = [...this.#tripLayer.querySelectorAll<SVGGElement>('.trip')]
    if (step === undefined || marks.length === 0) return
    event.preventDefault()
    this.#follow = false
    const at = marks.indexOf(document.activeElement as unknown as SVGGElement)
    const next = at < 0 ? marks.length - 1 : Math.min(Math.max(at + step, 0), marks.length - 1)
    marks[next]!.focus({ preventScroll: true })
    marks[next]!.querySelector('.hit')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    this.#point(marks[next]!)
  }
}

/** Gives a mark a label for screen readers, makes it reachable with the arrow keys, and names the trip whose details it shows. */
function describe(group: SVGGElement, label: string, trip: string): void {
  set(group, { class: 'trip', tabindex: -1, role: 'img', 'aria-label': label, 'data-trip': trip })
}

/** The hatched pattern of calls that wait. */
function hatching(): SVGElement {
  const stroke = svg('path', { d: 'M-1 6L6 -1M4 11L11 4', class: 'hatch' })
  const pattern = svg('pattern', { id: 'hatch', width: 5, height: 5, patternUnits: 'userSpaceOnUse' }, stroke)
  set(stroke, { d: 'M-1 1L1 -1M0 5L5 0M4 6L6 4' })
  return svg('defs', {}, pattern)
}
