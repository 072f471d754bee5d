import { test } from 'vitest'
import { type ConformanceCase, type ConformanceContext, conformance } from '../../src/store/conformance.js'

/** A test for each case of the store contract, except for some parts. Cases that wait for the clock run side by side. */
export function testConformance(
  open: ConformanceContext['open'],
  without: readonly ConformanceCase['part'][] = [],
): void {
  const cases = conformance.filter(({ part }) => !without.includes(part))
  for (const { part, title, run } of cases.filter(({ waits }) => !waits)) {
    test(`${part}: ${title}`, () => run({ open }))
  }
  for (const { part, title, run } of cases.filter(({ waits }) => waits)) {
    test.concurrent(`${part}: ${title}`, () => run({ open }))
  }
}
