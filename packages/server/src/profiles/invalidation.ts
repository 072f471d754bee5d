import { profileGracePeriod } from '../session/policy.js'
import type { Owner, SessionStore } from '../store/store.js'

/** Changes of accounts that the store did not answer, and that may show when nobody waits for them any more. */
export interface ProfileInvalidation {
  /** A change of this owner's may still show. */
  repeat(owner: Owner): void
  close(): void
}

/**
 * Lets no reading of their profiles count for a while.
 *
 * A store begins no write that is too late, but a commit may be seen long after it was written: a primary that waits for a
 * standby shows it when the standby has answered, or when somebody ends the wait.
 */
export function createProfileInvalidation(sessions: Pick<SessionStore, 'outdateProfile'>): ProfileInvalidation {
  const expected = new Map<string, NodeJS.Timeout>()
  let closed = false

  function plan(owner: Owner, times: number, pause: number): void {
    if (closed) return
    const name = nameOf(owner)
    clearTimeout(expected.get(name))
    const timer = setTimeout(async () => {
      await sessions.outdateProfile(owner, profileGracePeriod).catch(() => {})
      if (expected.get(name) !== timer) return
      if (times > 1) plan(owner, times - 1, pauseBetween)
      else expected.delete(name)
    }, pause)
    expected.set(name, timer.unref())
  }

  return {
    repeat: (owner) => plan(owner, howOften, 0),
    close() {
      closed = true
      for (const timer of expected.values()) clearTimeout(timer)
      expected.clear()
    },
  }
}

/** Milliseconds: often enough that one may fail. */
const pauseBetween = (profileGracePeriod / 3) * 1000

/** For ten minutes: a caller that got no answer repeats the request, and is answered when the change shows. */
const howOften = 60

function nameOf({ tenant, subject }: Owner): string {
  return JSON.stringify([tenant, subject])
}
