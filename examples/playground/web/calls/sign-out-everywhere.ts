import type { Client } from '@sessionward/client'

export async function signOutEverywhere(client: Client) {
  await client.signOut({ everywhere: true })
}
