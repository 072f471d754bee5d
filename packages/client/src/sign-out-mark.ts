import type { ClientConfig } from './config.js'

/**
 * The session that a person has signed out of, although the backend may not know yet. A second copy of what the vault
 * says, for browsers whose vault is lost with the page.
 */
export interface SignOutMark {
  holds(sid: string): boolean
  /** Without an id: the backend knows, or somebody has signed in. */
  set(sid?: string): void
}

export function createSignOutMark({ name, environment }: ClientConfig): SignOutMark {
  const key = `${name} left`
  return {
    holds: (sid) => environment.recall(key) === sid,
    set: (sid = '') => environment.remember(key, sid),
  }
}
