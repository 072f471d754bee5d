import { createGuard, type Guard, type GuardOptions, hs256 } from '@sessionward/guard'

/** The guard of a business server during the move: it accepts our access tokens, and those of the old system. */
export function guardOfBoth(ours: GuardOptions, accessSecret: string, until: string): Guard {
  return createGuard({
    ...ours,
    legacy: hs256({ secret: accessSecret, until, subject: 'userId', scope: () => 'orders' }),
  })
}
