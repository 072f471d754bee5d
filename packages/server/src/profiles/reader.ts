import { createHash } from 'node:crypto'
import type { Logger } from '@sessionward/protocol'
import type { Directory, Profile } from '../directory/directory.js'
import type { Count } from '../figures.js'
import type { Owner } from '../store/store.js'
import type { ProfileCache } from './cache/cache.js'
import { parseProfile, stringifyProfile } from './profile-json.js'

/** Reads profiles from the directory, through the cache if there is one. */
export interface ProfileReader {
  /** Whether reads may be answered from a cache, so that `requirement` matters. */
  readonly usesCache: boolean
  /** @throws what the directory throws. A failing cache never causes an error. */
  read(owner: Owner, requirement: FreshnessRequirement): Promise<Profile | null>
  /** Removes the cached profile after a change. It may fail: `profileFrom` already makes older entries stale. */
  invalidate(owner: Owner): void
}

/** How fresh a profile must be. Both in milliseconds on the store's clock. */
export interface FreshnessRequirement {
  /** Profiles that were read before this time are out of date. */
  readonly notBefore: number
  /** The time, taken before the read, with which a profile that is read now is dated. */
  readonly readAt: number
}

/** Accepts no cached profile. */
export const uncached: FreshnessRequirement = { notBefore: Number.POSITIVE_INFINITY, readAt: 0 }

interface Parts {
  readonly directory: Pick<Directory, 'profile'>
  readonly cache: ProfileCache | undefined
  /** Part of the cache key, because auth servers that share a cache may have different directories. */
  readonly issuer: string
  readonly count: Count
  /** Default `console`. */
  readonly logger?: Logger
}

/** A pending read that concurrent calls in this process share. */
interface PendingRead {
  readonly readAt: number
  readonly result: Promise<{ readonly readAt: number; readonly profile: Profile | null }>
}

export function createProfileReader({ directory, cache, issuer, count, logger = console }: Parts): ProfileReader {
  if (!cache) return { usesCache: false, read: (owner) => readDirectory(owner), invalidate: () => {} }
  const pendingReads = new Map<string, PendingRead>()
  let warned = false

  async function readDirectory({ tenant, subject }: Owner): Promise<Profile | null> {
    return directory.profile({ tenant, subject })
  }

  async function read(owner: Owner, { notBefore, readAt }: FreshnessRequirement): Promise<Profile | null> {
    // A read within the grace period of a sign-in or a change may be out of date, so it is neither cached nor shared.
    if (readAt < notBefore) return readDirectory(owner)
    const key = cacheKeyOf(issuer, owner)
    for (;;) {
      const pending = pendingReads.get(key)
      if (!pending || pending.readAt < notBefore) break
      const shared = await pending.result
      // The result may come from the cache and be too old for this session.
      if (shared.readAt < notBefore) continue
      count('cache_shared')
      return shared.profile
    }
    const pending: PendingRead = {
      readAt,
      result: readThroughCache(key, owner, { notBefore, readAt }).finally(() => {
        if (pendingReads.get(key) === pending) pendingReads.delete(key)
      }),
    }
    pendingReads.set(key, pending)
    return (await pending.result).profile
  }

  async function readThroughCache(key: string, owner: Owner, { notBefore, readAt }: FreshnessRequirement) {
    const found = await orUndefined(cache!.get(key, { notBefore, now: readAt }))
    if (found?.outcome === 'found') {
      const { readAt, profile: json } = found.entry
      const profile = json === null ? null : parseProfile(json)
      if (profile !== undefined) {
        count('cache_hit')
        return { readAt, profile }
      }
      await orUndefined(cache!.delete(key))
    }
    count(found ? 'cache_miss' : 'cache_failed')
    const lock = found?.outcome === 'locked' ? found.lock : null
    const profile = await readDirectory(owner).catch(async (error) => {
      if (lock !== null) await orUndefined(cache!.unlock(key, lock))
      throw error
    })
    if (found) await writeCache(key, { readAt, profile }, lock)
    return { readAt, profile }
  }

  async function writeCache(key: string, entry: { readAt: number; profile: Profile | null }, lock: string | null) {
    const { readAt, profile } = entry
    const json = profile && stringifyProfile(profile)
    if (json !== undefined) return orUndefined(cache!.set(key, { readAt, profile: json }, lock))
    warnOnce()
    if (lock !== null) await orUndefined(cache!.unlock(key, lock))
  }

  function warnOnce(): void {
    if (warned) return
    warned = true
    logger.warn(
      'directory.profile returns values that JSON cannot represent, such as a Date: these profiles are not cached',
    )
  }

  return {
    usesCache: true,
    read,
    invalidate: (owner) => void orUndefined(cache.delete(cacheKeyOf(issuer, owner))),
  }
}

/** The result of a cache operation; undefined if the cache fails. */
async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch {
    return undefined
  }
}

/** A digest, so that keys do not reveal the subject. */
function cacheKeyOf(issuer: string, { tenant, subject }: Owner): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, tenant, subject]))
    .digest('base64url')
}
