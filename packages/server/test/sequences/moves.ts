import fc from 'fast-check'
import type { Fate, World } from './world.js'

/** One thing that happens. It changes the world and checks what it sees; afterwards the store is compared with the model. */
export interface Move {
  readonly name: string
  readonly run: (world: World) => unknown
}

const fates: readonly Fate[] = ['arrives', 'lost', 'late']

const refresh = fc
  .constantFrom(...fates)
  .map((fate): Move => ({ name: `refresh, ${fate}`, run: (world) => world.refresh(world.browser, fate) }))

const bothTabs = fc.boolean().map(
  (swapped): Move => ({
    name: `both tabs${swapped ? ', swapped' : ''}`,
    run: (world) => world.bothTabs(swapped),
  }),
)

const thief = fc
  .constantFrom<Fate>('arrives', 'lost')
  .map((fate): Move => ({ name: `thief refreshes, ${fate}`, run: (world) => world.refresh(world.thief, fate) }))

const signOut = fc
  .constantFrom<Fate>('arrives', 'lost')
  .map((fate): Move => ({ name: `sign out, ${fate}`, run: (world) => world.signOut(world.browser, fate) }))

const wait = (...seconds: readonly number[]) =>
  fc
    .constantFrom(...seconds)
    .map((some): Move => ({ name: `wait ${some} s`, run: (world) => world.server.clock.advance(some) }))

const steal: Move = { name: 'steal', run: (world) => world.steal() }
const late: Move = { name: 'late answer', run: (world) => world.deliverLate() }

const endings = fc.constantFrom<Move>(
  { name: 'revoke', run: (world) => world.revoke() },
  { name: 'thief signs out', run: (world) => world.signOut(world.thief, 'arrives') },
  { name: 'sign out during a refresh', run: (world) => world.signOutDuringRefresh() },
)

/** Everything that may happen, most of it to sessions that live long enough for it. */
export const anyMoves = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: refresh },
    { weight: 4, arbitrary: bothTabs },
    { weight: 5, arbitrary: thief },
    { weight: 4, arbitrary: fc.constantFrom(steal, late) },
    { weight: 5, arbitrary: wait(0.5, 9, 10, 10.001, 60) },
    { weight: 1, arbitrary: wait(3600, 86_400, 13 * 86_400, 15 * 86_400) },
    { weight: 2, arbitrary: fc.constant<Move>({ name: 'sign in', run: (world) => world.signIn() }) },
    { weight: 1, arbitrary: fc.oneof(signOut, endings) },
  ),
  { minLength: 1, maxLength: 40, size: 'max' },
)

const honestWait = fc.constantFrom(0, 1, 9, 11, 60, 3600, 86_400, 5 * 86_400)

/** One honest client alone, whose answers may get lost at any moment and who comes back at any time within the timeouts. */
export const honestTurns = fc.array(fc.record({ lost: fc.boolean(), wait: honestWait }), {
  minLength: 1,
  maxLength: 17,
})
