import type { Words } from '../words.js'
import type { Axis } from './axis.js'
import type { Band, CallerBand } from './layout.js'
import type { Ground } from './marks.js'
import { endOf, type Moment, type StageModel } from './model.js'
import { diamond, line, svg, text } from './svg.js'

export interface Scenery extends Ground {
  readonly model: StageModel
  readonly words: Words
  /** Width of the whole drawing. */
  readonly room: number
  readonly ruler: Ruler
}

const tickDistance = 72

/** Places the marks of time: at least so many pixels apart, counted from the beginning of the act. */
export class Ruler {
  readonly ticks: { readonly x: number; readonly label: string }[] = []
  #base = 0

  advance(axis: Axis, model: StageModel, now: number): void {
    const act = model.moments.findLast((moment) => moment.kind === 'act')
    const base = act?.at ?? 0
    if (base !== this.#base) {
      this.#base = base
      const x = axis.x(base)
      // The last label of the previous act may be so close that the two would overlap.
      if (x - (this.ticks.at(-1)?.x ?? 0) < 44) this.ticks.pop()
      this.ticks.push({ x, label: '0 s' })
    }
    if (base === 0) return
    const at = base + Math.floor((now - base) / 100) * 100
    const x = axis.x(at)
    if (x - this.ticks.at(-1)!.x < tickDistance) return
    this.ticks.push({ x, label: `${((at - base) / 1000).toFixed(1)} s` })
  }
}

/** The ground on which the marks stand: lanes, outages, what has ended, the axis. */
export function drawScenery(layer: SVGGElement, scenery: Scenery): void {
  layer.replaceChildren(
    serverBand(scenery.layout.api, scenery.room),
    serverBand(scenery.layout.auth, scenery.room),
    ...scenery.layout.callers.flatMap((band) => callerBand(band, scenery)),
    ...scenery.model.outages.flatMap((gap) => outageBand(gap, scenery)),
    ...scenery.model.moments.flatMap((moment) => drawMoment(moment, scenery)),
    ...drawAxis(scenery),
    nowLine(scenery),
  )
}

/** What is written over the marks. */
export function drawLabels(layer: SVGGElement, scenery: Scenery): void {
  const { axis, layout, model, room, words } = scenery
  const revoked = model.moments.filter((moment) => moment.kind === 'revoked')
  layer.replaceChildren(
    ...model.outages.map(({ from }) =>
      text({ x: axis.x(from) + 8, y: layout.auth.top + 15 }, words.stage.unavailable, 'unavailable-label'),
    ),
    ...revoked.map(({ at }) =>
      text(
        {
          x: Math.min(axis.x(at), room - lengthOf(words.stage.revoked)) + 8,
          y: layout.api.top + layout.api.height - 6,
        },
        words.stage.revoked,
        'revoked-label',
      ),
    ),
  )
}

function serverBand({ top, height }: Band, width: number): SVGElement {
  return svg('rect', { class: 'server', x: 0, y: top, width, height, rx: 4 })
}

function callerBand(band: CallerBand, { axis, room }: Scenery): SVGElement[] {
  const { lane, top, height } = band
  const ground = svg('rect', { class: `caller ${lane.kind}`, x: 0, y: top, width: room, height, rx: 4 })
  const end = endOf(band.lane)
  if (end === null) return [ground]
  const x = axis.x(end.at)
  return [
    ground,
    svg('rect', { class: 'over', x, y: top, width: Math.max(room - x, 0), height }),
    line({ x, y: top }, { x, y: top + height }, 'end'),
  ]
}

function outageBand(gap: { readonly from: number; readonly to: number }, { axis, layout, now }: Scenery): SVGElement[] {
  const x = axis.x(gap.from)
  const width = Math.max(axis.x(Math.min(gap.to, now)) - x, 2)
  const { top, height } = layout.auth
  return [
    svg('rect', { class: 'server-unavailable', x, y: top, width, height }),
    svg('rect', { class: 'wait', x, y: top, width, height }),
  ]
}

function drawMoment(moment: Moment, { axis, layout }: Scenery): SVGElement[] {
  const x = axis.x(moment.at)
  if (moment.kind === 'act') {
    return [line({ x, y: 0 }, { x, y: layout.axis }, 'act')]
  }
  if (moment.kind === 'revoked') {
    const from = layout.auth.top + 6
    const to = layout.api.top + layout.api.height - 6
    return [
      line({ x, y: from }, { x, y: to }, 'revoked'),
      svg('path', { class: 'revoked-head', d: `M${x - 4} ${to + 7}L${x} ${to}L${x + 4} ${to + 7}` }),
    ]
  }
  const band = layout.callers.find((caller) => caller.lane.id === moment.lane)
  if (!band) return []
  const place = { x, y: band.flight }
  return [diamond(place, 10, 'adopted'), text(place, String(moment.generation), 'number')]
}

function drawAxis({ axis, layout, ruler, room }: Scenery): SVGElement[] {
  const y = layout.axis
  return [
    line({ x: 0, y }, { x: room, y }, 'axis'),
    ...ruler.ticks.flatMap(({ x, label }) => [
      line({ x, y }, { x, y: y + 4 }, 'axis'),
      text({ x, y: y + 17 }, label, 'tick'),
    ]),
    ...axis.folds.flatMap(({ x, from, to }) => [
      svg('path', { class: 'fold', d: `M${x + 8} ${y - 5}l4 10m4 -10l4 10` }),
      ...(ruler.ticks.some((tick) => Math.abs(tick.x - x - 14) < 44)
        ? []
        : [text({ x: x + 14, y: y + 17 }, pause(to - from), 'tick')]),
    ]),
  ]
}

function nowLine({ axis, layout, now, room }: Scenery): SVGElement {
  const x = Math.min(axis.x(now), room)
  return line({ x, y: 0 }, { x, y: layout.axis }, 'now')
}

function pause(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}

/** About how wide a small text is, in pixels; a Chinese character takes two Latin ones. */
function lengthOf(content: string): number {
  return [...content].reduce((width, character) => width + (character > '\u2e80' ? 14 : 7.5), 24)
}
