import type { ClientConfig } from './config.js'

/**
 * Which session a person has left and the backend may not know of yet: a second note beside the vault's, for browsers
 * whose vault is gone with the page.
 */
export interface SignOutMark {
  holds(sid: string): boolean
  set(sid: string | undefined): void
  /** The backend knows, or somebody has signed in. */
  clear(): void
}

export function createSignOutMark({ name, environment }: ClientConfig): SignOutMark {
  const key = `${name} left`
  return {
    holds: (sid) => environment.recall(key) === sid,
    set: (sid = '') => environment.remember(key, sid),
    clear: () => environment.remember(key, ''),
  }
}
