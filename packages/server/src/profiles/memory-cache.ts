import { profileGracePeriod } from '../session/lifetime.js'
import type { Owner } from '../store/store.js'
import { parseProfile, stringifyProfile } from './profile-json.js'
import type { FreshnessRequirement, ProfileReader } from './reader.js'

interface CacheEntry {
  /** Time on the store's clock before the read, in milliseconds. */
  readonly readAt: number
  /** As JSON, because a caller may modify the profile that it receives. */
  readonly json: string
}

/** Maximum number of cached accounts of a node, a few megabytes. */
const defaultMaxEntries = 10_000

/** Milliseconds after which an account is read again, in case somebody changed the database directly. */
const maxAge = 30 * 60_000

/**
 * Caches the profiles of built-in accounts in memory. Entries are never stale: each change of an account, on any node, first moves
 * `profileFrom` of its sessions in the store, and is then committed within the grace period or not at all.
 */
export function cacheProfilesInMemory(reader: ProfileReader, maxEntries = defaultMaxEntries): ProfileReader {
  const entries = new Map<string, CacheEntry>()

  function setEntry(key: string, entry: CacheEntry): void {
    // A Map iterates in insertion order, so the first entry is the least recently used.
    entries.delete(key)
    entries.set(key, entry)
    if (entries.size > maxEntries) entries.delete(entries.keys().next().value!)
  }

  return {
    usesCache: true,
    async read(owner, requirement) {
      const key = keyOf(owner)
      const entry = entries.get(key)
      if (entry && isFresh(entry, requirement)) {
        setEntry(key, entry)
        return parseProfile(entry.json) ?? null
      }
      const profile = await reader.read(owner, requirement)
      // A read within the grace period of a sign-in or a change may be out of date. Unknown subjects are not cached.
      const json = profile && requirement.readAt >= requirement.notBefore && stringifyProfile(profile)
      if (json) setEntry(key, { readAt: requirement.readAt, json })
      return profile
    },
    invalidate(owner) {
      entries.delete(keyOf(owner))
      reader.invalidate(owner)
    },
  }
}

/**
 * Whether an entry is recent enough, and not from the future: if the store's clock was set back, for example by a failover, a later
 * change would not invalidate an entry with an earlier date.
 */
function isFresh({ readAt }: CacheEntry, requirement: FreshnessRequirement): boolean {
  const age = requirement.readAt - readAt
  return readAt >= requirement.notBefore && age < maxAge && age >= -profileGracePeriod * 1000
}

/** The length marks the end of the tenant. */
function keyOf({ tenant, subject }: Owner): string {
  return `${tenant.length}:${tenant}${subject}`
}
