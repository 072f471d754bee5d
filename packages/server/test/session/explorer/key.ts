import type { RotationRecord } from '../../../src/session/rotation.js'
import { type Bounds, type Flight, type Request, skew, supersededFor, tokenOf, type World, windowMs } from './world.js'

/**
 * Spells a world so that two worlds which can only go on alike have one spelling: tokens are numbered in the order in
 * which they are met, generations count from the record's, ages that no rule can tell apart are one age, and what nothing
 * can look at any more is left out. Exact: no hashing, so no state is taken for another.
 */
export function keyOfWorld(world: World, bounds: Bounds): string {
  const writer = new KeyWriter(world, bounds)
  const { left, thief } = world
  const theft = bounds.budget.thefts > 0
  const crashing = left.crashes > 0
  writer.put(world.ended ? 1 : 0, theft ? 0 : world.causes, left.sends, left.losses, left.duplicates, left.pages)
  writer.put(left.crashes, left.storeLosses, left.steps, left.thefts, left.attacks)
  writer.record(world.record)
  writer.token(world.jar)
  if (crashing) {
    writer.put(world.jarSent ? 1 : 0, Math.min(world.unflushed, 2))
    writer.token(world.flushed)
  }
  if (left.storeLosses > 0) {
    writer.put(world.before ? (world.before.ended ? 2 : 1) : 0)
    if (world.before) writer.record(world.before.record)
  }
  writer.put(writer.flights.length)
  for (const flight of writer.flights) writer.put(thief.periods < 3 && flight.period === thief.periods ? 1 : 0)
  writer.put(world.requests.length)
  for (const request of sorted(world.requests, (request) => writer.rank(request))) writer.request(request)
  writer.put(world.work.length)
  for (const work of sorted(world.work, (work) => writer.rank(work.request))) {
    writer.put(work.attempt)
    writer.request(work.request)
    writer.record(work.read)
    writer.record(work.next)
  }
  writer.put(world.answers.length)
  for (const answer of sorted(world.answers, (answer) => writer.flight(answer.flight) * 256 + answer.minted)) {
    writer.put(writer.flight(answer.flight), verdicts.indexOf(answer.verdict))
    writer.token(answer.presented)
    writer.token(answer.minted)
  }
  if (theft) {
    const since = world.now - thief.countedAt
    writer.put(thief.used ? 1 : 0, Math.min(thief.periods, 3), thief.used && since <= windowMs ? 1 + since / 50 : 0)
    writer.put(thief.loot.length)
    for (const token of sorted(thief.loot, (token) => writer.age(token))) writer.token(token)
  }
  return writer.toString()
}

const verdicts = ['granted', 'raced', 'refused', 'ended', 'busy', 'unproven', 'replayed']
const senders = ['tab', 'page', 'thief']
const proofs = ['absent', 'invalid', 'replayed', 'valid']

class KeyWriter {
  readonly #codes: number[] = []
  readonly #world: World
  readonly #bounds: Bounds
  /** The new number of each token that has been met. */
  readonly #names: number[] = []
  readonly #described: boolean[] = []
  readonly #sends: number[] = []
  #met = 0
  /** Flights that somebody waits for, the oldest first: which tab it is does not matter. */
  readonly flights: readonly Flight[]

  constructor(world: World, bounds: Bounds) {
    this.#world = world
    this.#bounds = bounds
    this.flights = sorted(
      world.tabs.filter((flight) => flight !== null),
      (flight) => flight.id,
    )
  }

  put(...codes: number[]): void {
    for (const code of codes) this.#codes.push(code)
  }

  token(token: number): void {
    this.#name(token)
    if (token === 0 || this.#described[token]) return
    this.#described[token] = true
    const { generation, parent } = this.#world.tokens[token]!
    this.put(32 + generation - this.#world.record.generation)
    this.#name(parent)
    // Since when a token has truly been superseded tells the causes of a lost session. With a thief about nobody asks.
    if (this.#bounds.budget.thefts === 0) this.#age(supersededFor(this.#world, token))
  }

  record(record: RotationRecord): void {
    this.token(tokenOf(record.nonce))
    this.put(32 + record.generation - this.#world.record.generation, record.superseded.length)
    this.put(record.binding ? record.binding.jkt.length : 0)
    for (const earlier of record.superseded) {
      this.#name(tokenOf(earlier.nonce))
      this.put(32 + earlier.generation - this.#world.record.generation)
      this.#age(this.#world.now - earlier.at)
    }
  }

  request(request: Request): void {
    this.put(senders.indexOf(request.from), this.flight(request.flight), request.rotate ? 1 : 0)
    this.put(proofs.indexOf(request.proof), request.stale ? 1 : 0)
    if (this.#bounds.binding === 'bound') {
      if (!this.#sends.includes(request.send)) this.#sends.push(request.send)
      this.put(this.#sends.indexOf(request.send))
    }
    this.token(request.token)
  }

  flight(flight: number): number {
    if (flight === 0) return 0
    const rank = this.flights.findIndex((other) => other.id === flight)
    return rank < 0 ? 3 : rank + 1
  }

  /** An order of requests that depends on as little as possible beside what the key says anyway. */
  rank(request: Request): number {
    const kind = senders.indexOf(request.from) * 8 + this.flight(request.flight) * 2 + (request.rotate ? 1 : 0)
    return (kind * 8 + proofs.indexOf(request.proof) * 2 + (request.stale ? 1 : 0)) * 256 + request.token
  }

  age(token: number): number {
    return this.#world.tokens[token]!.generation * 256 + token
  }

  toString(): string {
    return String.fromCharCode(...this.#codes)
  }

  #name(token: number): void {
    if (token !== 0) this.#names[token] ??= ++this.#met
    this.put(token === 0 ? 0 : this.#names[token]!)
  }

  /** Beyond the window, by whatever clock, all ages are one; within it there are a handful. */
  #age(age: number | null): void {
    this.put(age === null ? 0 : age > windowMs + skew ? 1 : 2 + numberOf(age))
  }
}

const ages: number[] = []

/** A small number for an age, so that a key has one byte per code. */
function numberOf(age: number): number {
  const known = ages.indexOf(age)
  return known < 0 ? ages.push(age) - 1 : known
}

function sorted<T>(list: readonly T[], rank: (item: T) => number): readonly T[] {
  return list.length < 2 ? list : list.toSorted((one, other) => rank(one) - rank(other))
}
