import type { Lane } from './model.js'

/** Where a lane lies, in pixels from the top of the stage. */
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

const gap = 8
const serverHeight = 44
const slotHeight = 10
const fewestSlots = 4
const mostSlots = 14
const flightHeight = 36
const axisHeight = 24

/**
 * Business server above, auth server below, the tabs between them: so that business always travels up and refreshes travel
 * down. The thief stands below all, beside the auth server that he tries.
 */
export function layOut(lanes: readonly Lane[]): Layout {
  let y = 0
  const take = (height: number): Band => {
    const band = { top: y, height }
    y += height + gap
    return band
  }
  const place = (lane: Lane): CallerBand => {
    const slots = Math.min(Math.max(lane.slots, lane.kind === 'tab' ? fewestSlots : 1), mostSlots)
    const band = take(12 + slots * slotHeight + flightHeight)
    const first = lane.kind === 'tab' ? band.top + 12 : band.top + flightHeight + 6
    return {
      ...band,
      lane,
      flight: lane.kind === 'tab' ? band.top + band.height - flightHeight / 2 - 2 : band.top + flightHeight / 2 + 2,
      slot: (slot) => first + (slot % slots) * slotHeight + slotHeight / 2,
    }
  }
  const api = take(serverHeight)
  const tabs = lanes.filter((lane) => lane.kind === 'tab').map(place)
  const auth = take(serverHeight)
  const thieves = lanes.filter((lane) => lane.kind === 'thief').map(place)
  return { api, auth, callers: [...tabs, ...thieves], axis: y, height: y + axisHeight }
}
