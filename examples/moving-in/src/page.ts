import type { Client } from '@sessionward/client'
import { adoptLegacy } from '@sessionward/client/legacy'

/** For pages that keep the old refresh token in `localStorage`. Call it once, right after `createClient`. */
export async function moveIn(client: Client, storage: Storage): Promise<'here' | 'old system' | 'sign in'> {
  const token = storage.getItem('refreshToken')
  if (token === null) return client.state === 'anonymous' ? 'sign in' : 'here'
  const { outcome } = await adoptLegacy(client, token)
  if (outcome === 'elsewhere') return 'old system'
  storage.removeItem('refreshToken')
  return outcome === 'signed-in' ? 'here' : 'sign in'
}
