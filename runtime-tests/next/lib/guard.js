import { bearer, cookie, createGuard } from '@sessionward/guard'

// On `globalThis`: Next loads a module once for pages and once for route handlers, and one guard is enough.
globalThis.guard ??= createGuard({
  issuer: process.env.ISSUER,
  audience: process.env.ISSUER,
  feed: { credential: process.env.GUARD_CREDENTIAL },
  tokens: [bearer(), cookie('access_token')],
})

export const { guard } = globalThis
