import type { TokenAnswer } from '@sessionward/protocol'
import type { Profile } from '../directory/directory.js'
import type { Session } from '../session/session.js'
import type { Owner, Store } from '../store/store.js'
import { type FreshnessRequirement, type ProfileReader, uncached } from './reader.js'

interface SessionProfilesParts {
  readonly store: Pick<Store, 'sessions'>
  readonly profileReader: ProfileReader
}

/** Profiles for sessions: from the directory, or from the session if the directory does not know its subject. */
export function createSessionProfiles({ store, profileReader }: SessionProfilesParts) {
  /** The `user` that a page may show for an access token; null if the subject may no longer be signed in. */
  async function userOf(caller: Owner & { readonly sid: string }): Promise<TokenAnswer['user'] | null> {
    // Cached profiles only for active sessions: `profileFrom` of an ended session is no longer updated.
    const found = profileReader.usesCache ? await store.sessions.find(caller.sid) : undefined
    const active = found?.session?.ended === null ? found.session : null
    const profile = await profileReader.read(caller, active ? requirementFor(active, found!.now) : uncached)
    if (profile) return profile.user
    const { session } = found ?? (await store.sessions.find(caller.sid))
    return session?.ended === null ? (profileFromSession(session)?.user ?? null) : null
  }

  /** The profile for tokens. @param now Time on the store's clock, read with the session or before it. */
  async function profileOf(session: Session, now: number): Promise<Profile | null> {
    return (await profileReader.read(session, requirementFor(session, now))) ?? profileFromSession(session)
  }

  return { profileOf, userOf }
}

function requirementFor(session: Session, now: number): FreshnessRequirement {
  return { notBefore: session.profileFrom, readAt: now }
}

/** A session with a scope of its own needs no directory: its subject may belong to another system. */
function profileFromSession({ scope, subject }: Session): Profile | null {
  return scope === null ? null : { user: { subject } }
}
