import { afterAll, describe, expect, test } from 'vitest'
import { explore, type Report } from './explore.js'
import { type Mutant, mutants, theRule } from './mutants.js'
import { causeNames } from './promises.js'
import type { Bounds } from './world.js'
import { allowed, bound, honest, large, limits, stolen, traps } from './worlds.js'

const patience = large ? 900_000 : 120_000
const printed: string[] = []

afterAll(() => {
  process.stdout.write(`\nThe explorer over decideRotation()\n${printed.join('\n')}\n`)
})

function walk(bounds: Bounds): Report {
  const report = explore(bounds, theRule)
  const { states, moves, depth, harms, lastTheft } = report
  const found = [...harms.values()].reduce((sum, { count }) => sum + count, 0)
  const thief = bounds.binding === 'bearer' && bounds.budget.thefts > 0 ? `, last theft after ${lastTheft} periods` : ''
  const figures = `${states} states, ${moves} moves, depth ${depth}, ${found} counter-examples${thief}`
  printed.push(`  ${bounds.name.padEnd(62)} ${figures}`)
  return report
}

function classesOf(report: Report): string[] {
  return [...report.harms.keys()].sort()
}

function print(title: string, trace: readonly string[]): void {
  printed.push(`      ${title}`, ...trace.map((line, index) => `        ${String(index + 1).padStart(2)}. ${line}`))
}

function printAll(report: Report): void {
  for (const [harm, { trace }] of report.harms) print(harm, trace)
}

const signedOut = (...causes: (keyof typeof causeNames)[]) =>
  `the client is signed out (${causes.map((name) => causeNames[name]).join(' + ')})`

describe('a bearer session survives every interleaving of', () => {
  test.each(honest)('$name', { timeout: patience }, (bounds) => {
    const report = walk(bounds)

    expect(Object.fromEntries(report.harms)).toEqual({})
  })
})

describe('a bound session keeps its client and grants a thief nothing in', () => {
  test.each(bound)('$name', { timeout: patience }, (bounds) => {
    const report = walk(bounds)

    expect(Object.fromEntries(report.harms)).toEqual({})
    expect(report.lastTheft).toBe(-1)
  })
})

describe('a stolen bearer session ends within three refresh periods in', () => {
  test.each(stolen)('$name', { timeout: patience }, (bounds) => {
    const report = walk(bounds)

    expect(Object.fromEntries(report.harms)).toEqual({})
    // He was granted tokens at all: a thief who never gets in would prove nothing.
    expect(report.lastTheft).toBeGreaterThan(0)
  })
})

describe('the counter-examples that are allowed are found, and come from nothing else', () => {
  test.each(['rolledBackJar', 'lateCookie', 'oldRequest'] as const)('%s', { timeout: patience }, (name) => {
    const report = walk(allowed[name])

    expect(classesOf(report)).toEqual([signedOut(name)])
    printAll(report)
  })

  test('all causes at once', { timeout: patience }, () => {
    const report = walk(allowed.all)

    const names = ['rolledBackJar', 'lateCookie', 'oldRequest'] as const
    const subsets = [1, 2, 3, 4, 5, 6, 7].map((bits) => signedOut(...names.filter((_, index) => bits & (1 << index))))
    expect(subsets).toEqual(expect.arrayContaining(classesOf(report)))
    expect(classesOf(report)).toEqual(expect.arrayContaining(names.map((name) => signedOut(name))))
  })
})

describe('the limit of the window is found where the world allows it, and comes from nothing else', () => {
  test('crowdedWindow', { timeout: patience }, () => {
    const report = walk(limits.crowdedWindow)

    expect(classesOf(report)).toEqual([signedOut('crowdedWindow')])
  })
})

/** Each mutant, and the smallest world that catches it. */
const caught: readonly (readonly [Mutant, Bounds])[] = [
  [mutants.noCompareAndSet, traps.quickThief],
  [mutants.writeOfEnded, traps.quickThief],
  [mutants.oneSuccessor, traps.quickThief],
  [mutants.racedMints, traps.quickThief],
  [mutants.reusedMints, traps.quickThief],
  [mutants.bindingRaised, traps.quickThief],
  [mutants.latestWindow, traps.patientThief],
  [mutants.parentUnchecked, traps.luckyThief],
  [mutants.anyAhead, traps.luckyThief],
  [mutants.confirmAtMint, traps.lossy],
  [mutants.noWindow, traps.lossy],
  [mutants.oneRemembered, traps.lossy],
  [mutants.fourRemembered, traps.crowded],
  [mutants.aheadRefused, traps.lossy],
  [mutants.leapForgets, traps.lossy],
  [mutants.siblingsReused, traps.racing],
  [mutants.proofless, traps.keyless],
  [mutants.refusalEnds, traps.keyless],
]

describe('a mutant gives a counter-example that the rule does not give:', () => {
  /** What the rule itself does in each trap, walked once. */
  const known = new Map<Bounds, Report>()

  test('every mutant is put to the test', () => {
    expect(caught.map(([mutant]) => mutant).sort(byName)).toEqual(Object.values(mutants).toSorted(byName))
  })

  test.each(caught)('$name', { timeout: patience }, (mutant, bounds) => {
    const rule = known.get(bounds) ?? explore(bounds, theRule)
    known.set(bounds, rule)

    const report = explore(bounds, mutant.rule, 'first')

    const own = [...report.harms].filter(([harm]) => !rule.harms.has(harm))
    expect(own).not.toEqual([])
    const [harm, { trace }] = own[0]!
    print(`MUTANT ${mutant.name}: ${harm}`, trace)
  })
})

function byName(one: Mutant, other: Mutant): number {
  return one.name.localeCompare(other.name)
}
