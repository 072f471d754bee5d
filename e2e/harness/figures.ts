import type { Playground } from './playground.js'

/** How many refreshes the auth server answered, whatever it answered: its own count, not the page's. */
export async function refreshes(playground: Playground): Promise<number> {
  const figures = await playground.figures()
  return Object.entries(figures)
    .filter(([name]) => /^refresh_(granted|confirmed|raced|revoke|refuse)$/.test(name))
    .reduce((sum, [, count]) => sum + count, 0)
}
