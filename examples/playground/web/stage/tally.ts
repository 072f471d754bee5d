import type { StageModel } from './model.js'

/** What happened on the stage between two instants, counted. */
export interface Tally {
  /** How many lanes made requests. */
  readonly lanes: number
  /** Requests that the page made. */
  readonly calls: number
  /** How many of those got their answer. */
  readonly answered: number
  /** Of those, how many were turned away or failed. */
  readonly failed: number
  /** Answers that said that the access token had expired. */
  readonly expired: number
  /** Refreshes that were sent, and what became of them. */
  readonly refreshes: number
  readonly refreshed: number
  readonly raced: number
  readonly lost: number
  /** How many calls had to wait. */
  readonly waited: number
  /** The longest wait, in milliseconds. */
  readonly longestWait: number
  readonly generation: number | null
}

/** Counts what began at `from` or later. Without `lane`, everybody counts. */
export function tally(model: StageModel, from: number, lane?: string): Tally {
  const mine = (one: { readonly lane: string }): boolean => lane === undefined || one.lane === lane
  const calls = [...model.calls.values()].filter((call) => call.from >= from && mine(call))
  const trips = [...model.trips.values()].filter((trip) => trip.sentAt >= from && mine(trip))
  const refreshes = trips.filter((trip) => trip.purpose === 'refresh')
  const waits = calls.flatMap((call) => call.waits.map((wait) => (wait.to ?? wait.from) - wait.from))
  return {
    lanes: new Set(calls.map((call) => call.lane)).size,
    calls: calls.length,
    answered: calls.filter((call) => call.outcome === 'ok').length,
    failed: calls.filter((call) => call.outcome !== null && call.outcome !== 'ok').length,
    expired: trips.filter((trip) => trip.outcome === 'expired').length,
    refreshes: refreshes.length,
    refreshed: refreshes.filter((trip) => trip.outcome === 'ok').length,
    raced: refreshes.filter((trip) => trip.outcome === 'raced').length,
    lost: refreshes.filter((trip) => trip.outcome === 'lost').length,
    waited: calls.filter((call) => call.waits.length > 0).length,
    longestWait: Math.max(0, ...waits),
    generation: refreshes.findLast((trip) => trip.outcome === 'ok')?.generation ?? null,
  }
}
