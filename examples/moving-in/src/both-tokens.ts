import { createGuard, type Guard, type GuardOptions, hs256 } from '@sessionward/guard'

/** The guard of a business server during the move: it accepts our access tokens, and those of the old system. */
export function guardOfBoth(ours: GuardOptions, secret: string, until: string): Guard {
  return createGuard({
    ...ours,
    legacy: hs256({
      secret,
      until,
      // The old refresh token has the same secret, and must not pass as an access token.
      accept: (payload) => payload.type === 'access',
      subject: 'userId',
      scope: () => 'orders',
    }),
  })
}
