import type { Seen } from './service.js'
import { type Bounds, cause, supersededFor, type World, windowMs } from './world.js'

/** How a promise was broken: the class of the counter-example. */
export type Harm = string

/** How many refresh periods a thief may survive his first use. */
const periodsOfThief = 3

/**
 * Judges one move.
 *
 * @returns how it broke a promise, or nothing.
 */
export function harmOf(world: World, seen: Seen, bounds: Bounds): Harm | null {
  if (seen.verdict === 'granted' && world.ended) return 'a grant after the end of the session'
  if (bounds.binding === 'bound') return harmOfBound(world, seen)
  return bounds.budget.thefts > 0 ? harmByThief(world, seen, bounds) : harmOfBearer(world, seen)
}

/** Bound: the honest client gets no terminal answer, the thief gets nothing and ends nothing. */
function harmOfBound(world: World, seen: Seen): Harm | null {
  if (seen.by === 'thief') {
    if (seen.verdict === 'granted') return 'the thief gets tokens'
    return world.ended ? 'the thief ends the session' : null
  }
  if (seen.verdict === 'ended') return 'the client is signed out'
  return seen.verdict === 'refused' || seen.verdict === 'unproven' ? `the client is ${seen.verdict}` : null
}

/** Bearer, nobody has stolen anything: a lost session has one of the causes that the rule does not promise to survive. */
function harmOfBearer(world: World, seen: Seen): Harm | null {
  if (seen.verdict !== 'ended' && seen.verdict !== 'refused' && seen.verdict !== 'unproven') return null
  const causes = causesOf(world)
  return `the client is signed out (${causes.length === 0 ? 'NO ALLOWED CAUSE' : causes.join(' + ')})`
}

/**
 * Bearer, stolen: the thief is out within three refresh periods of his first use, and what he presents later than the window
 * ends the session.
 */
function harmByThief(world: World, seen: Seen, bounds: Bounds): Harm | null {
  if (seen.by !== 'thief') {
    if (seen.verdict === 'refused') return 'the client is refused, the session goes on'
    return seen.verdict === 'unproven' ? 'the client is unproven' : null
  }
  const { periods } = world.thief
  if (seen.verdict === 'granted' && periods >= periodsOfThief) return `the thief gets tokens after ${periods} periods`
  // A store that has lost a write supersedes some tokens a second time, and later than they truly were.
  if (world.left.storeLosses < bounds.budget.storeLosses) return null
  const age = supersededFor(world, seen.token)
  return seen.verdict === 'raced' && age !== null && age > windowMs ? 'the thief presents an old token unseen' : null
}

/** The names of the causes that a counter-example may have. The first three are allowed, the last two are limits: docs/rotation.md. */
export const causeNames = {
  rolledBackJar: 'a jar rolled back by two, or by one while an answer is out',
  lateCookie: 'a Set-Cookie that arrives late with no lock held',
  oldRequest: 'a duplicate older than ten seconds',
  crowdedWindow: 'a thirty-third rotation within ten seconds',
} as const satisfies Record<keyof typeof cause, string>

function causesOf(world: World): string[] {
  const names = Object.keys(cause) as (keyof typeof cause)[]
  return names.filter((name) => (world.causes & cause[name]) !== 0).map((name) => causeNames[name])
}
