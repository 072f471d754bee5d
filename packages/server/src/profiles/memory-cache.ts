import { profileGracePeriod } from '../session/policy.js'
import type { Owner } from '../store/store.js'
import { parseProfile, profileAsJson } from './profile-json.js'
import type { ProfileReader, WantedReading } from './reader.js'

interface Remembered {
  /** Milliseconds on the store's clock, before the reading began. */
  readonly readAt: number
  /** As JSON: a caller may change the profile that it receives. */
  readonly json: string
}

/** Accounts that a node remembers, at most: some megabytes. */
const maximumRemembered = 10_000

/** Milliseconds after which an account is read again, for the sake of those who change the database by hand. */
const longestRemembered = 30 * 60_000

/**
 * Saves a refresh the reading of a built-in account that this node has read before. It is as right as the reading itself: each
 * change of an account moves `profileFrom` of its sessions first, in the store, on whichever node it is made, and is made
 * soon after it or not at all.
 */
export function rememberProfiles(reader: ProfileReader, maximum = maximumRemembered): ProfileReader {
  const remembered = new Map<string, Remembered>()

  function keep(name: string, entry: Remembered): void {
    // A Map is in the order of insertion, so the first one is the least recently used.
    remembered.delete(name)
    remembered.set(name, entry)
    if (remembered.size > maximum) remembered.delete(remembered.keys().next().value!)
  }

  return {
    cached: true,
    async read(owner, wanted) {
      const name = nameOf(owner)
      const known = remembered.get(name)
      if (known && counts(known, wanted)) {
        keep(name, known)
        return parseProfile(known.json) ?? null
      }
      const profile = await reader.read(owner, wanted)
      // Right after a sign-in or a change it would soon be out of date. That somebody is unknown is not remembered.
      const json = profile && wanted.readAt >= wanted.notBefore && profileAsJson(profile)
      if (json) keep(name, { readAt: wanted.readAt, json })
      return profile
    },
    forget(owner) {
      remembered.delete(nameOf(owner))
      reader.forget(owner)
    },
  }
}

/**
 * Whether a reading is new enough, and not too new: where the store's clock was set back, as a failover may do, a change that
 * is made after it would not outdate what is dated from before.
 */
function counts({ readAt }: Remembered, wanted: WantedReading): boolean {
  const age = wanted.readAt - readAt
  return readAt >= wanted.notBefore && age < longestRemembered && age >= -profileGracePeriod * 1000
}

/** The length says where the tenant ends. */
function nameOf({ tenant, subject }: Owner): string {
  return `${tenant.length}:${tenant}${subject}`
}
