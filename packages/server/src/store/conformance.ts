import { accounts } from './conformance/accounts.js'
import type { ConformanceCase, ConformanceContext } from './conformance/case.js'
import { clock } from './conformance/clock.js'
import { confirmation } from './conformance/confirmation.js'
import { counters } from './conformance/counters.js'
import { events } from './conformance/events.js'
import { keys } from './conformance/keys.js'
import { lists } from './conformance/lists.js'
import { records } from './conformance/records.js'
import { revocation } from './conformance/revocation.js'

export type { ConformanceCase, ConformanceContext }

/**
 * The contract of `store.ts` as cases, for every driver and every test runner: run them one after the other on the real
 * database, which may hold other data. They need `node:assert` and nothing else.
 *
 *     for (const { title, run } of conformance) test(title, () => run({ open: () => myStore() }))
 */
export const conformance: readonly ConformanceCase[] = [
  ...records,
  ...confirmation,
  ...revocation,
  ...lists,
  ...accounts,
  ...keys,
  ...counters,
  ...events,
  ...clock,
]
