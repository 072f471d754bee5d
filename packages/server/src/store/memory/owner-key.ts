import type { Owner } from '../store.js'

/** One string for both, which no other owner has. */
export function ownerKey(owner: Owner): string {
  return JSON.stringify([owner.tenant, owner.subject])
}
