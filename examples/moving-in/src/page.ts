import type { Client } from '@sessionward/client'
import { adoptLegacy } from '@sessionward/client/legacy'

/**
 * For pages that keep the old refresh token in `localStorage`. Call it once, right after `createClient`.
 *
 * @returns whether the page goes on with the old system.
 */
export async function staysWithOldSystem(client: Client, storage: Storage): Promise<boolean> {
  const token = storage.getItem('refreshToken')
  if (token === null) return false
  const { outcome } = await adoptLegacy(client, token)
  if (outcome === 'elsewhere') return true
  // The person is signed in here, or has to sign in: `client.state` and `client.reason` say so.
  storage.removeItem('refreshToken')
  return false
}
