import type { Axis } from './axis.js'
import type { CallerBand, Layout } from './layout.js'
import type { Call, Trip } from './model.js'
import { between, cross, diamond, dot, line, type Point, svg, text } from './svg.js'

/** Where things stand while a mark is drawn. */
export interface Ground {
  readonly axis: Axis
  readonly layout: Layout
  readonly now: number
  /** Expected duration of a crossing there and back, in milliseconds. */
  readonly roundTrip: number
}

/** The hatched bars and the thin line of one call. */
export function drawCall(call: Call, band: CallerBand, ground: Ground): SVGElement[] {
  const y = band.slot(call.slot)
  const { axis, now } = ground
  const parts: SVGElement[] = [line({ x: axis.x(call.from), y }, { x: axis.x(call.to ?? now), y }, 'track')]
  for (const wait of call.waits) {
    const x = axis.x(wait.from)
    parts.push(svg('rect', { class: 'wait', x, y: y - 3.5, width: Math.max(axis.x(wait.to ?? now) - x, 1), height: 7 }))
  }
  return parts
}

/** One crossing: the way there, the way back as far as it has come, and the mark at its end. */
export function drawTrip(trip: Trip, slot: number | null, band: CallerBand, ground: Ground): SVGElement[] {
  const { axis, layout, now, roundTrip } = ground
  const server = trip.to === 'api' ? layout.api : layout.auth
  const half = trip.answeredAt === null ? roundTrip / 2 : (trip.answeredAt - trip.sentAt) / 2
  const startY = slot === null ? band.flight : band.slot(slot)
  const serverY = server.top + (slot === null ? server.height / 2 : 12 + ((slot % 12) / 11) * (server.height - 24))
  const start = { x: axis.x(trip.sentAt), y: startY }
  const there = { x: axis.x(trip.sentAt + half), y: serverY }
  const back = { x: axis.x(trip.answeredAt ?? trip.sentAt + roundTrip), y: startY }
  return trip.outcome === null
    ? drawTravelling(trip, start, there, (now - trip.sentAt) / roundTrip, axis.x(now))
    : drawAnswered(trip, start, there, back)
}

function drawTravelling(trip: Trip, start: Point, there: Point, share: number, nowX: number): SVGElement[] {
  // The axis has no place for future instants, so the way back ends at the place of the present.
  if (share < 0.5) {
    const end = { x: nowX, y: start.y + (there.y - start.y) * share * 2 }
    return [dot(start, 1.5, 'begin'), line(start, end, 'way'), traveller(trip, end)]
  }
  const progress = Math.min((share - 0.5) * 2, 0.94)
  const end = { x: nowX, y: there.y + (start.y - there.y) * progress }
  return [dot(start, 1.5, 'begin'), line(start, there, 'way'), line(there, end, 'way'), traveller(trip, end)]
}

function traveller(trip: Trip, place: Point): SVGElement {
  if (!carriesGeneration(trip)) return dot(place, 4, 'traveller')
  const number = trip.generation === null ? [] : [text(place, String(trip.generation), 'number')]
  return svg('g', {}, diamond(place, 11, 'diamond'), ...number)
}

function drawAnswered(trip: Trip, start: Point, there: Point, back: Point): SVGElement[] {
  const outcome = trip.outcome!
  if (outcome === 'lost') {
    const broken = between(there, back, 0.5)
    return [
      dot(start, 1.5, 'begin'),
      line(start, there, 'way'),
      line(there, broken, 'way lost'),
      cross(broken, 5, 'mark lost'),
      hitArea(broken, 14),
    ]
  }
  const way = [dot(start, 1.5, 'begin'), line(start, there, 'way'), line(there, back, `way ${outcome}`)]
  if (carriesGeneration(trip) && outcome !== 'nobody') {
    const landed = diamond(there, 5, `landed ${outcome}`)
    const number = outcome === 'ok' && trip.generation !== null ? [text(back, String(trip.generation), 'number')] : []
    const end = outcome === 'refused' ? cross(back, 6, 'mark refused') : diamond(back, 11, `diamond ${outcome}`)
    return [...way, landed, end, ...number, hitArea(back, 18)]
  }
  return [...way, dot(there, 2, `landed ${outcome}`), answerMark(outcome, back), hitArea(back, 9)]
}

/** The mark at the end of a crossing. */
export function answerMark(outcome: NonNullable<Trip['outcome']>, place: Point): SVGElement {
  switch (outcome) {
    case 'ok':
      return dot(place, 4, 'mark ok')
    case 'expired':
    case 'raced':
      return dot(place, 3.5, 'mark expired')
    case 'nobody':
      return dot(place, 3.5, 'mark nobody')
    case 'refused':
    case 'lost':
      return cross(place, 4, `mark ${outcome}`)
  }
}

function hitArea(place: Point, radius: number): SVGElement {
  return dot(place, radius, 'hit')
}

function carriesGeneration(trip: Trip): boolean {
  return trip.purpose === 'refresh' || trip.purpose === 'sign-in'
}
