// biome-ignore-all format: the page shows this file in a column of 44 characters

import type { Client } from
  '@sessionward/client'

export function signOutEverywhere(
  client: Client,
) {
  return client.signOut({
    everywhere: true,
  })
}
