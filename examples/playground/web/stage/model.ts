import type { LaneId, Outcome, Purpose, StageEvent, WireLine } from './events.js'

export interface Lane {
  readonly id: LaneId
  readonly kind: 'tab' | 'thief'
  readonly born: number
  /** Rows that its calls and bundles need. */
  slots: number
  session: string | null
  closedAt: number | null
  ended: { readonly at: number; readonly reason: string } | null
}

/** When and why a lane ended; null while it is active. */
export function endOf(lane: Lane): { readonly at: number; readonly reason: string } | null {
  return lane.ended ?? (lane.closedAt === null ? null : { at: lane.closedAt, reason: 'closed' })
}

/** One request of the page, from its start to its answer, replay included. */
export interface Call {
  readonly id: string
  readonly lane: LaneId
  readonly slot: number
  readonly from: number
  readonly waits: { readonly from: number; to: number | null }[]
  to: number | null
  outcome: Outcome | null
}

/** One crossing to a server and back. */
export interface Trip {
  readonly id: string
  readonly lane: LaneId
  readonly to: 'api' | 'auth'
  readonly purpose: Purpose
  readonly call: string | null
  /** Trips of one bundle are drawn together. */
  readonly bundle: string | null
  readonly sentAt: number
  readonly sent: readonly WireLine[]
  generation: number | null
  answeredAt: number | null
  outcome: Outcome | null
  received: readonly WireLine[]
}

/** Something that happened at one instant and crossed no wire of this browser. */
export type Moment =
  | { readonly kind: 'adopted'; readonly at: number; readonly lane: LaneId; readonly generation: number }
  | { readonly kind: 'revoked'; readonly at: number }
  | { readonly kind: 'act'; readonly at: number; readonly act: string }

// Between acts the stage goes on, but the picture of the last act should stay for a while.
const restingPace = 0.25

const mostTrips = 600

/** Rows of a bundle: what was answered, and what was not. */
const bundleRows = 2

/** Everything that the stage shows. It knows no clock and no screen. */
export class StageModel {
  readonly lanes = new Map<LaneId, Lane>()
  readonly calls = new Map<string, Call>()
  readonly trips = new Map<string, Trip>()
  readonly moments: Moment[] = []
  readonly outages: { readonly from: number; readonly to: number }[] = []
  /** The generation that each lane holds. */
  readonly generations = new Map<LaneId, number>()
  /** Counts up when lanes come, go or grow, so that what was drawn must be placed anew. */
  shape = 0
  pace = restingPace
  lastAt = 0
  /** Counts up with everything that happened. */
  changes = 0

  apply(event: StageEvent): void {
    this.lastAt = Math.max(this.lastAt, event.at)
    this.changes += 1
    if (this.trips.size > mostTrips) this.#forget()
    switch (event.type) {
      case 'lane':
        this.#enter(event)
        break
      case 'closed':
        this.#change(event.lane, (lane) => {
          lane.closedAt = event.at
        })
        break
      case 'call':
        this.#begin(event)
        break
      case 'waiting':
        this.#wait(event.call, event.at)
        break
      case 'resumed':
        this.#resume(event.call, event.at)
        break
      case 'settled':
        this.#settle(event)
        break
      case 'sent':
        this.#send(event)
        break
      case 'answered':
        this.#answer(event)
        break
      case 'adopted':
        this.moments.push({ kind: 'adopted', at: event.at, lane: event.lane, generation: event.generation })
        this.generations.set(event.lane, event.generation)
        break
      case 'signed-in':
        this.#change(event.lane, (lane) => {
          lane.session = event.session
          lane.ended = null
        })
        break
      case 'ended':
        this.#end(event)
        break
      case 'revoked':
        this.moments.push({ kind: 'revoked', at: event.at })
        break
      case 'unavailable':
        this.outages.push({ from: event.at, to: event.until })
        break
      case 'act':
        this.#sweep()
        this.moments.push({ kind: 'act', at: event.at, act: event.act })
        this.pace = event.pace
        break
      case 'rest':
        this.pace = restingPace
        break
    }
  }

  /** Lanes in the order in which they are drawn: tabs by age, the thief last. */
  get lanesInOrder(): readonly Lane[] {
    const rank = (lane: Lane): number => (lane.kind === 'thief' ? 1 : 0)
    return [...this.lanes.values()].sort((one, other) => rank(one) - rank(other) || one.born - other.born)
  }

  /** Whether a request travels at this moment. One that has been under way for longer than `timeout` milliseconds counts as waiting. */
  isMoving(at: number, timeout: number): boolean {
    for (const trip of this.trips.values()) {
      if (trip.answeredAt === null && at - trip.sentAt < timeout) return true
    }
    return false
  }

  /** Whether a call or a request waits for its answer at this moment, or a server is unavailable. */
  isWaiting(at: number): boolean {
    if (this.outages.some((gap) => gap.from <= at && at < gap.to)) return true
    for (const call of this.calls.values()) if (call.to === null) return true
    for (const trip of this.trips.values()) if (trip.answeredAt === null) return true
    return false
  }

  /** Makes room for the next act: closed lanes are removed, and the others become as low as at first. */
  #sweep(): void {
    for (const lane of this.lanes.values()) {
      lane.slots = 0
      if (lane.closedAt !== null) this.lanes.delete(lane.id)
    }
    this.shape += 1
  }

  /** A page may stay open for days, and only its latest hours are worth drawing. */
  #forget(): void {
    const settled = [...this.trips.values()].filter((trip) => trip.answeredAt !== null)
    for (const { id } of settled.slice(0, mostTrips / 2)) this.trips.delete(id)
    const from = this.trips.values().next().value?.sentAt ?? 0
    for (const call of this.calls.values()) if (call.to !== null && call.to < from) this.calls.delete(call.id)
    this.shape += 1
  }

  #enter(event: Extract<StageEvent, { type: 'lane' }>): void {
    const present = this.lanes.get(event.lane)
    if (present) {
      present.closedAt = null
      return
    }
    this.lanes.set(event.lane, {
      id: event.lane,
      kind: event.kind,
      born: event.born,
      slots: 0,
      session: null,
      closedAt: null,
      ended: null,
    })
    this.shape += 1
  }

  #send(event: Extract<StageEvent, { type: 'sent' }>): void {
    this.trips.set(event.trip, {
      id: event.trip,
      lane: event.lane,
      to: event.to,
      purpose: event.purpose,
      call: event.call ?? null,
      bundle: event.bundle ?? null,
      sentAt: event.at,
      sent: event.wire,
      generation: event.generation ?? null,
      answeredAt: null,
      outcome: null,
      received: [],
    })
    if (event.bundle !== undefined) this.#widen(event.lane, bundleRows)
  }

  /** Gives a lane at least so many rows. */
  #widen(id: LaneId, slots: number): void {
    this.#change(id, (lane) => {
      if (lane.slots >= slots) return
      lane.slots = slots
      this.shape += 1
    })
  }

  #change(id: LaneId, change: (lane: Lane) => void): void {
    const lane = this.lanes.get(id)
    if (lane) change(lane)
  }

  #begin(event: Extract<StageEvent, { type: 'call' }>): void {
    const lane = this.lanes.get(event.lane)
    if (!lane || this.calls.has(event.call)) return
    const taken = new Set<number>()
    for (const call of this.calls.values()) if (call.lane === lane.id && call.to === null) taken.add(call.slot)
    let slot = 0
    while (taken.has(slot)) slot += 1
    this.#widen(lane.id, slot + 1)
    const call: Call = { id: event.call, lane: lane.id, slot, from: event.at, waits: [], to: null, outcome: null }
    this.calls.set(call.id, call)
  }

  /** Two announcements of one wait count once. */
  #wait(id: string, at: number): void {
    const call = this.calls.get(id)
    if (call && call.waits.at(-1)?.to !== null) call.waits.push({ from: at, to: null })
  }

  #resume(id: string, at: number): void {
    const wait = this.calls.get(id)?.waits.at(-1)
    if (wait && wait.to === null) wait.to = at
  }

  #settle(event: Extract<StageEvent, { type: 'settled' }>): void {
    const call = this.calls.get(event.call)
    if (!call || call.to !== null) return
    this.#resume(call.id, event.at)
    call.to = event.at
    call.outcome = event.outcome
  }

  #answer(event: Extract<StageEvent, { type: 'answered' }>): void {
    const trip = this.trips.get(event.trip)
    if (!trip || trip.answeredAt !== null) return
    trip.answeredAt = event.at
    trip.outcome = event.outcome
    trip.received = event.wire
    if (event.generation === undefined) return
    trip.generation = event.generation
    this.generations.set(trip.lane, event.generation)
  }

  #end(event: Extract<StageEvent, { type: 'ended' }>): void {
    for (const lane of this.lanes.values()) {
      const concerned = lane.session === event.session
      if (concerned && lane.ended === null) lane.ended = { at: event.at, reason: event.reason }
    }
  }
}
