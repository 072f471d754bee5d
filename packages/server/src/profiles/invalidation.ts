import { profileGracePeriod } from '../session/lifetime.js'
import type { Owner, SessionStore } from '../store/store.js'

/** Invalidates profiles repeatedly after changes whose outcome is unknown, because the store did not answer. */
export interface ProfileInvalidation {
  /** Invalidates the owner's profile now and for the next ten minutes. */
  repeat(owner: Owner): void
  close(): void
}

/**
 * A store refuses late writes (`notAfter`), but a commit may become visible long after it was written: a primary that waits for
 * its standby shows the commit when the standby answers, or when the wait is cancelled.
 */
export function createProfileInvalidation(sessions: Pick<SessionStore, 'outdateProfile'>): ProfileInvalidation {
  const timers = new Map<string, NodeJS.Timeout>()
  let closed = false

  function schedule(owner: Owner, times: number, delay: number): void {
    if (closed) return
    const name = keyOf(owner)
    clearTimeout(timers.get(name))
    const timer = setTimeout(async () => {
      await sessions.outdateProfile(owner, profileGracePeriod).catch(() => {})
      if (timers.get(name) !== timer) return
      if (times > 1) schedule(owner, times - 1, repeatDelay)
      else timers.delete(name)
    }, delay)
    timers.set(name, timer.unref())
  }

  return {
    repeat: (owner) => schedule(owner, repetitions, 0),
    close() {
      closed = true
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }
}

/** Milliseconds. Short enough that one attempt may fail. */
const repeatDelay = (profileGracePeriod / 3) * 1000

/** Covers ten minutes. A caller without an answer repeats the request meanwhile. */
const repetitions = 60

function keyOf({ tenant, subject }: Owner): string {
  return JSON.stringify([tenant, subject])
}
