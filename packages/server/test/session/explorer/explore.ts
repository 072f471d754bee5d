import { keyOfWorld } from './key.js'
import { type Emit, moves } from './moves.js'
import { type Harm, harmOf } from './promises.js'
import type { Rule } from './service.js'
import { type Bounds, signedIn, type World } from './world.js'

/** What a walk through all interleavings of a world has found. */
export interface Report {
  readonly bounds: Bounds
  readonly states: number
  readonly moves: number
  /** Moves to the state that is farthest from the sign-in. */
  readonly depth: number
  /** The counter-examples by their class, each with its first, that is shortest, trace. */
  readonly harms: ReadonlyMap<Harm, { readonly count: number; readonly trace: readonly string[] }>
  /** After how many refresh periods a thief was last granted tokens; -1: never. */
  readonly lastTheft: number
}

/**
 * Walks a world breadth first: all states, by all interleavings of all moves, each state once. So the first trace of every
 * class of counter-example is a shortest one.
 *
 * @param stopAt `first`: stop at the first counter-example, which is all that a mutant has to give
 */
export function explore(bounds: Bounds, rule: Rule, stopAt: 'end' | 'first' = 'end'): Report {
  const first = signedIn(bounds)
  const seenKeys = new Set([keyOfWorld(first, bounds)])
  const parents = [-1]
  const ordinals = [0]
  const harms = new Map<Harm, { count: number; trace: readonly string[] }>()
  let level: { readonly index: number; readonly world: World }[] = [{ index: 0, world: first }]
  let depth = 0
  let taken = 0
  let lastTheft = -1
  while (level.length > 0) {
    const nextLevel: typeof level = []
    for (const { index, world } of level) {
      let ordinal = -1
      const emit: Emit = (next, seen) => {
        ordinal++
        taken++
        if (seen?.by === 'thief' && seen.verdict === 'granted') lastTheft = Math.max(lastTheft, next.thief.periods)
        const harm = seen && harmOf(next, seen, bounds)
        if (harm) {
          const known = harms.get(harm)
          if (known) known.count++
          else harms.set(harm, { count: 1, trace: traceTo(bounds, rule, [...path(parents, ordinals, index), ordinal]) })
          return
        }
        const key = keyOfWorld(next, bounds)
        if (seenKeys.has(key)) return
        seenKeys.add(key)
        nextLevel.push({ index: parents.length, world: next })
        parents.push(index)
        ordinals.push(ordinal)
      }
      moves(world, bounds, rule, emit)
      if (stopAt === 'first' && harms.size > 0) break
    }
    if (stopAt === 'first' && harms.size > 0) break
    if (nextLevel.length > 0) depth++
    level = nextLevel
  }
  return { bounds, states: seenKeys.size, moves: taken, depth, harms, lastTheft }
}

function path(parents: readonly number[], ordinals: readonly number[], index: number): number[] {
  const steps: number[] = []
  for (let at = index; at > 0; at = parents[at]!) steps.push(ordinals[at]!)
  return steps.reverse()
}

/** Walks a path again from the sign-in, telling each step. */
function traceTo(bounds: Bounds, rule: Rule, steps: readonly number[]): readonly string[] {
  const lines: string[] = []
  let world = signedIn(bounds)
  for (const step of steps) {
    let ordinal = -1
    let chosen = world
    moves(world, bounds, rule, (next, _seen, tell) => {
      ordinal++
      if (ordinal !== step) return
      chosen = next
      lines.push(tell())
    })
    world = chosen
  }
  return lines
}
