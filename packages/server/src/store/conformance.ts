import { accounts } from './conformance/accounts.js'
import type { ConformanceCase, ConformanceContext } from './conformance/case.js'
import { clock } from './conformance/clock.js'
import { close } from './conformance/close.js'
import { confirmation } from './conformance/confirmation.js'
import { counters } from './conformance/counters.js'
import { events } from './conformance/events.js'
import { keys } from './conformance/keys.js'
import { lists } from './conformance/lists.js'
import { oneTimeValues } from './conformance/one-time-values.js'
import { ordinals } from './conformance/ordinals.js'
import { type OutageCase, type OutageServer, outages } from './conformance/outages.js'
import { profileChanges } from './conformance/profile-changes.js'
import { records } from './conformance/records.js'
import { relay } from './conformance/relay.js'
import { revocation } from './conformance/revocation.js'
import { schema } from './conformance/schema.js'

export type { ConformanceCase, ConformanceContext, OutageCase, OutageServer }
export { outages }

/**
 * The contract of `store.ts` as cases, for every driver and every test runner: run them one after the other on the real
 * database, which may hold other data. They need `node:assert` and nothing else. A store without a relay or a schema
 * leaves out the cases of that `part`.
 *
 *     for (const { title, run } of conformance) test(title, () => run({ open: () => myStore() }))
 */
export const conformance: readonly ConformanceCase[] = [
  ...records,
  ...confirmation,
  ...revocation,
  ...lists,
  ...ordinals,
  ...profileChanges,
  ...accounts,
  ...keys,
  ...counters,
  ...oneTimeValues,
  ...events,
  ...clock,
  ...close,
  ...schema,
  ...relay,
]
