import type { Owner } from '../store.js'

/** A string that is unique to tenant and subject. The length marks the end of the tenant. */
export function ownerKey(owner: Owner): string {
  return `${owner.tenant.length}:${owner.tenant}${owner.subject}`
}
