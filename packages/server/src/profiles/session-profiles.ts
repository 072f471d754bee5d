import type { TokenAnswer } from '@sessionward/protocol'
import type { Profile } from '../directory/directory.js'
import type { Session } from '../session/session.js'
import type { Owner, Store } from '../store/store.js'
import { type ProfileReader, readAnew, type WantedReading } from './reader.js'

interface SessionProfilesParts {
  readonly store: Pick<Store, 'sessions'>
  readonly profiles: ProfileReader
}

/** What tokens and pages say of the subject of a session: what the directory says, or where it knows nobody, the session. */
export function createSessionProfiles({ store, profiles }: SessionProfilesParts) {
  /** What a page may show of the subject of an access token; null where it may not be signed in any more. */
  async function userOf(caller: Owner & { readonly sid: string }): Promise<TokenAnswer['user'] | null> {
    // From a cache only what counts for a session that is active: of one that has ended nobody says any more what counts.
    const found = profiles.cached ? await store.sessions.find(caller.sid) : undefined
    const active = found?.session?.ended === null ? found.session : null
    const profile = await profiles.read(caller, active ? readingFor(active, found!.now) : readAnew)
    if (profile) return profile.user
    const { session } = found ?? (await store.sessions.find(caller.sid))
    return session?.ended === null ? (elsewhere(session)?.user ?? null) : null
  }

  /** What tokens say of the subject. @param now The store's clock, read with the session or before it. */
  async function profileOf(session: Session, now: number): Promise<Profile | null> {
    return (await profiles.read(session, readingFor(session, now))) ?? elsewhere(session)
  }

  return { profileOf, userOf }
}

function readingFor(session: Session, now: number): WantedReading {
  return { notBefore: session.profileFrom, readAt: now }
}

/** The subject of another system may be unknown to the directory if the session says enough. */
function elsewhere({ scope, subject }: Session): Profile | null {
  return scope === null ? null : { user: { subject } }
}
