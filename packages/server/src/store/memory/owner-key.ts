import type { Owner } from '../store.js'

/** One text for tenant and subject that no other pair shares. */
export function ownerKey(owner: Owner): string {
  return JSON.stringify([owner.tenant, owner.subject])
}
