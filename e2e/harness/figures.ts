import type { AuthServer } from '@sessionward/server'

/** How many refreshes with a genuine refresh token the auth server has decided, whatever it decided. */
export function refreshes({ auth }: { readonly auth: { readonly server: Pick<AuthServer, 'figures'> } }): number {
  return Object.entries(auth.server.figures())
    .filter(([name]) => /^refresh_(granted|confirmed|raced|revoke|refuse|unproven)$/.test(name))
    .reduce((sum, [, count]) => sum + count, 0)
}
