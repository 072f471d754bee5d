import type { System } from '@sessionward/example-harness'

/** How many refreshes with a genuine refresh token the auth server has decided, whatever it decided. */
export function refreshes({ auth }: System): number {
  return Object.entries(auth.server.figures())
    .filter(([name]) => /^refresh_(granted|confirmed|raced|revoke|refuse|unproven)$/.test(name))
    .reduce((sum, [, count]) => sum + count, 0)
}
