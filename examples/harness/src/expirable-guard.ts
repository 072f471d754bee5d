import { type Guard, GuardError, type Principal } from '@sessionward/guard'

/** A guard that can be made to treat one access token as expired, where the clock of the system cannot be set. */
export interface ExpirableGuard extends Guard {
  /** @param tokenId `jti` of the access token. */
  expire(tokenId: string): void
  /** Every access token that it has let pass so far. */
  expireSeen(): void
}

/** Wraps a guard. A token that counts as expired gets the answer of one that has expired. */
export function expirable(guard: Guard): ExpirableGuard {
  const seen = new Set<string>()
  const expired = new Set<string>()
  const unlessExpired = (principal: Principal): Principal => {
    seen.add(principal.tokenId)
    if (expired.has(principal.tokenId)) throw new GuardError('access_token_expired')
    return principal
  }
  return {
    verify: async (...input) => unlessExpired(await guard.verify(...input)),
    async admit(...input) {
      const admission = await guard.admit(...input)
      if (admission.principal) unlessExpired(admission.principal)
      return admission
    },
    check: async (...input) => unlessExpired(await guard.check(...input)),
    onSessionEnd: (...input) => guard.onSessionEnd(...input),
    onClaimsChange: (...input) => guard.onClaimsChange(...input),
    refusal: (error) => guard.refusal(error),
    route: (options) => guard.route(options),
    ready: () => guard.ready(),
    figures: () => guard.figures(),
    close: () => guard.close(),
    expire: (tokenId) => void expired.add(tokenId),
    expireSeen() {
      for (const tokenId of seen) expired.add(tokenId)
    },
  }
}
