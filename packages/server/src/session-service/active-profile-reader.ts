import { AnswerError } from '../answer-error.js'
import type { Profile } from '../directory/directory.js'
import type { createSessionProfiles } from '../profiles/session-profiles.js'
import type { SessionEndings } from '../revocation/session-endings.js'
import type { Session } from '../session/session.js'

export type ReadProfile = ReturnType<typeof createSessionProfiles>['profileOf']

/** Reads the profile of a session, and ends the session if its account is disabled. */
export function createActiveProfileReader(profileOf: ReadProfile, end: SessionEndings['end']) {
  /** @throws AnswerError `account_disabled` */
  return async (session: Session, now: number): Promise<Profile> => {
    const profile = await profileOf(session, now)
    if (profile) return profile
    await end(session.id, 'account_disabled')
    throw new AnswerError('account_disabled')
  }
}

export type ActiveProfileReader = ReturnType<typeof createActiveProfileReader>
