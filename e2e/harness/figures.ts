import type { Playground } from './playground.js'

/** How many genuine refresh tokens the auth server decided about, however it decided: its own count, not the page's. */
export async function refreshes(playground: Playground): Promise<number> {
  const figures = await playground.figures()
  return Object.entries(figures)
    .filter(([name]) => /^refresh_(granted|confirmed|raced|revoke|refuse|unproven)$/.test(name))
    .reduce((sum, [, count]) => sum + count, 0)
}
