import type { RevocationEntry } from '@sessionward/protocol'
import type { Owner } from '../store.js'

/** NumericDate, rounded up: an entry must not be gone before the last access token is. */
export function expiryOf(now: number, retention: number): number {
  return Math.ceil(now / 1000 + retention)
}

export function changedProfile({ tenant, subject }: Owner, version: number, expires: number): RevocationEntry {
  return tenant === '' ? { sub: subject, pv: version, expires } : { sub: subject, tenant, pv: version, expires }
}
