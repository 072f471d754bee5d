import type { Lane } from './model.js'

/** The position of a lane, in pixels from the top of the stage. */
export interface Band {
  readonly top: number
  readonly height: number
}

export interface CallerBand extends Band {
  readonly lane: Lane
  /** Where the diamonds stand. */
  readonly flight: number
  readonly slot: (slot: number) => number
}

export interface Layout {
  readonly api: Band
  readonly auth: Band
  readonly callers: readonly CallerBand[]
  readonly axis: number
  readonly height: number
}

/** The stage keeps this height, whatever happens on it: only more lanes than fit make it higher. */
const stageHeight = 352
const gap = 8
const serverHeight = 36
const axisHeight = 24
const padding = 8
const flightHeight = 32
const slotHeight = 10
const widestSlot = 16
const lowestLane = 30
const mostSlots = 14

/**
 * Business server above, auth server below, the tabs between them: requests travel up, and refreshes travel down. The thief
 * stands below all, beside the auth server. The lanes share the height by the rows that they need.
 */
export function layOut(lanes: readonly Lane[]): Layout {
  const tabs = lanes.filter((lane) => lane.kind === 'tab')
  const thieves = lanes.filter((lane) => lane.kind === 'thief')
  const room = stageHeight - axisHeight - 2 * (serverHeight + gap) - lanes.length * gap
  const share = sharing(lanes.map(heightOf), room)

  let y = 0
  const take = (height: number): Band => {
    const band = { top: y, height }
    y += height + gap
    return band
  }
  const place = (lane: Lane): CallerBand => bandOf(lane, take(share(heightOf(lane))))
  const api = take(serverHeight)
  const above = tabs.map(place)
  const auth = take(serverHeight)
  const below = thieves.map(place)
  const height = Math.max(y + axisHeight, stageHeight)
  return { api, auth, callers: [...above, ...below], axis: height - axisHeight, height }
}

/** If there is room, stretches all heights. If not, each lane keeps the minimum, and what it needs beyond that shrinks. */
function sharing(heights: readonly number[], room: number): (height: number) => number {
  const needed = heights.reduce((sum, height) => sum + height, 0)
  if (needed <= room) return (height) => (height * room) / needed
  const lowest = heights.length * lowestLane
  const share = Math.max(room - lowest, 0) / (needed - lowest || 1)
  return (height) => lowestLane + (height - lowestLane) * share
}

/** Pixels that a lane would take if it were alone. */
function heightOf(lane: Lane): number {
  const rows = Math.min(lane.slots, mostSlots)
  return rows === 0 ? lowestLane : padding + rows * slotHeight + flightHeight
}

function bandOf(lane: Lane, band: Band): CallerBand {
  const { top, height } = band
  const rows = Math.min(Math.max(lane.slots, 1), mostSlots)
  const pitch = Math.min(Math.max((height - padding - flightHeight) / rows, 4), widestSlot)
  // The flight is drawn beside the auth server.
  const away = Math.min(flightHeight / 2 + 2, height / 2)
  const isBelow = lane.kind === 'thief'
  const first = isBelow ? top + flightHeight : top + padding
  return {
    ...band,
    lane,
    flight: isBelow ? top + away : top + height - away,
    slot: (slot) => first + (slot % rows) * pitch + pitch / 2,
  }
}
