import type { Words } from '../words.js'
import { sayTrip } from './detail.js'
import type { Outcome } from './events.js'
import type { CallerBand } from './layout.js'
import { answerMark, type Ground } from './marks.js'
import type { Trip } from './model.js'
import { dot, svg, text } from './svg.js'

/** Requests of one bundle with the same outcome: what repeats is drawn once, with its number. */
export interface Run {
  readonly id: string
  readonly lane: string
  readonly outcome: Outcome
  /** In the order in which they were sent; never empty. */
  readonly trips: readonly Trip[]
}

/** The runs of all bundles, those that were answered first. */
export function runsOf(trips: Iterable<Trip>): readonly Run[] {
  const runs = new Map<string, Run & { readonly trips: Trip[] }>()
  for (const trip of trips) {
    const { bundle, lane, outcome } = trip
    if (bundle === null || outcome === null) continue
    const id = `${bundle} ${outcome}`
    const run = runs.get(id)
    if (run) run.trips.push(trip)
    else runs.set(id, { id, lane, outcome, trips: [trip] })
  }
  return [...runs.values()]
}

export function sayRun({ outcome, trips }: Run, words: Words): string {
  return `${words.stage.bundle(trips.length, outcome)}. ${sayTrip(trips.at(-1)!, words)}`
}

/** Two bands, to the server and back, and at their end one mark with the number of requests. */
export function drawRun({ outcome, trips }: Run, band: CallerBand, ground: Ground, words: Words): SVGElement[] {
  const { axis, layout } = ground
  const [first, last] = [trips[0]!, trips.at(-1)!]
  const server = layout[first.to]
  const y = band.slot(outcome === 'ok' ? 0 : 1)
  // A band ends at the near edge of the server's lane.
  const serverY = server.top + (server.top < band.top ? server.height - 8 : 8)
  const half = ({ sentAt, answeredAt }: Trip): number => axis.x((sentAt + (answeredAt ?? sentAt)) / 2)
  const end = { x: axis.x(Math.max(...trips.map(({ answeredAt }) => answeredAt ?? 0))), y }
  const up = corners(axis.x(first.sentAt), axis.x(last.sentAt), y, half(last), half(first), serverY)
  const down = corners(half(first), half(last), serverY, end.x, axis.x(first.answeredAt ?? first.sentAt), y)
  return [
    svg('polygon', { class: 'bundle', points: up }),
    svg('polygon', { class: `bundle ${outcome}`, points: down }),
    answerMark(outcome, end),
    text({ x: end.x + 9, y: y + 4 }, words.stage.bundle(trips.length, outcome), `bundle-label ${outcome}`),
    dot(end, 10, 'hit'),
  ]
}

function corners(x1: number, x2: number, y: number, x3: number, x4: number, otherY: number): string {
  const points = [
    [x1 - 1, y],
    [x2 + 1, y],
    [x3 + 1, otherY],
    [x4 - 1, otherY],
  ]
  return points.map((point) => point.map((value) => value.toFixed(1)).join(',')).join(' ')
}
