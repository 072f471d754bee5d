import { createHash } from 'node:crypto'
import type { Logger } from '@sessionward/protocol'
import type { Directory, Profile } from '../directory/directory.js'
import type { Owner } from '../store/store.js'
import type { ProfileCache } from './cache/cache.js'
import { parseProfile, profileAsJson } from './profile-json.js'

/** Reads what the directory says of a subject, through the cache where there is one. */
export interface ProfileReader {
  /** Whether it matters which reading is wanted. */
  readonly cached: boolean
  /** @throws what the directory throws. The cache is never the reason. */
  read(owner: Owner, wanted: WantedReading): Promise<Profile | null>
  /** After a change; no reading from before it counts for anybody, so it does not matter whether this succeeds. */
  forget(owner: Owner): void
}

/** Both in milliseconds on the store's clock. */
export interface WantedReading {
  /** What was read before this instant is out of date. */
  readonly notBefore: number
  /** An instant before now, which is that of the reading if it is made now. */
  readonly readAt: number
}

/** Whatever others have read does not count. */
export const readAnew: WantedReading = { notBefore: Number.POSITIVE_INFINITY, readAt: 0 }

interface Parts {
  readonly directory: Pick<Directory, 'profile'>
  readonly cache: ProfileCache | undefined
  /** Whose people they are: auth servers that share a cache need not share a directory. */
  readonly issuer: string
  readonly count: (figure: string) => void
  /** Default `console`. */
  readonly logger?: Logger
}

/** A reading under way, for all in this process who may have it. */
interface Flight {
  readonly readAt: number
  readonly read: Promise<{ readonly readAt: number; readonly profile: Profile | null }>
}

export function createProfileReader({ directory, cache, issuer, count, logger = console }: Parts): ProfileReader {
  if (!cache) return { cached: false, read: (owner) => readDirectory(owner), forget: () => {} }
  const flights = new Map<string, Flight>()
  let warned = false

  async function readDirectory({ tenant, subject }: Owner): Promise<Profile | null> {
    return directory.profile({ tenant, subject })
  }

  async function read(owner: Owner, { notBefore, readAt }: WantedReading): Promise<Profile | null> {
    // Right after a sign-in or a change what is read now may soon be out of date: it is of no use to others either.
    if (readAt < notBefore) return readDirectory(owner)
    const name = nameOf(issuer, owner)
    for (;;) {
      const flight = flights.get(name)
      if (!flight || flight.readAt < notBefore) break
      const shared = await flight.read
      // It may have ended in what is kept, and that may be too old for this session.
      if (shared.readAt < notBefore) continue
      count('cache_shared')
      return shared.profile
    }
    const flight: Flight = {
      readAt,
      read: lookOrRead(name, owner, { notBefore, readAt }).finally(() => {
        if (flights.get(name) === flight) flights.delete(name)
      }),
    }
    flights.set(name, flight)
    return (await flight.read).profile
  }

  async function lookOrRead(name: string, owner: Owner, { notBefore, readAt }: WantedReading) {
    const found = await attempt(cache!.look(name, { notBefore, now: readAt }))
    if (found?.outcome === 'found') {
      const { readAt, profile: json } = found.reading
      const profile = json === null ? null : parseProfile(json)
      if (profile !== undefined) {
        count('cache_hit')
        return { readAt, profile }
      }
      await attempt(cache!.forget(name))
    }
    count(found ? 'cache_miss' : 'cache_failed')
    const turn = found?.outcome === 'yours' ? found.turn : null
    const profile = await readDirectory(owner).catch(async (error) => {
      if (turn !== null) await attempt(cache!.giveUp(name, turn))
      throw error
    })
    if (found) await keep(name, { readAt, profile }, turn)
    return { readAt, profile }
  }

  async function keep(name: string, reading: { readAt: number; profile: Profile | null }, turn: string | null) {
    const { readAt, profile } = reading
    const json = profile && profileAsJson(profile)
    if (json !== undefined) return attempt(cache!.keep(name, { readAt, profile: json }, turn))
    warnOnce()
    if (turn !== null) await attempt(cache!.giveUp(name, turn))
  }

  function warnOnce(): void {
    if (warned) return
    warned = true
    logger.warn(
      'directory.profile returns values that JSON cannot represent, such as a Date: these profiles are not cached',
    )
  }

  return {
    cached: true,
    read,
    forget: (owner) => void attempt(cache.forget(nameOf(issuer, owner))),
  }
}

/** What the cache answers; nothing where it cannot. */
async function attempt<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch {
    return undefined
  }
}

/** A digest, so that no key tells of whom it is. */
function nameOf(issuer: string, { tenant, subject }: Owner): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, tenant, subject]))
    .digest('base64url')
}
