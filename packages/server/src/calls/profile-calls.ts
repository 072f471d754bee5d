import type { ProfileReader } from '../profiles/reader.js'
import type { RevocationFeed } from '../revocation/feed.js'
import type { RevocationRetention } from '../revocation/retention.js'
import { profileGracePeriod } from '../session/lifetime.js'
import type { Store } from '../store/store.js'
import { checkProfileChange } from './check-input.js'
import type { SubjectOf } from './session-calls.js'

export interface ProfileCallsParts {
  readonly store: Pick<Store, 'sessions'>
  readonly profileReader: Pick<ProfileReader, 'invalidate'>
  readonly feed: Pick<RevocationFeed, 'publish'>
  readonly retention: Pick<RevocationRetention, 'seconds'>
}

/** The notification of guards about profile changes as a typed call. */
export function createProfileCalls({ store, profileReader, feed, retention }: ProfileCallsParts) {
  return {
    async changed(given: SubjectOf, version: number): Promise<void> {
      const owner = checkProfileChange(given, version)
      await store.sessions.outdateProfile(owner, profileGracePeriod)
      feed.publish([await store.sessions.recordProfileChange(owner, version, await retention.seconds())])
      profileReader.invalidate(owner)
    },
  }
}
