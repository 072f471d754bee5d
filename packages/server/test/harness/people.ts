import type { Directory, Profile } from '../../src/directory/directory.js'

/** A directory of one's own, as an embedding system brings it: real answers, and no argon2 to wait for. */
export interface People extends Directory {
  /** Subjects and their profiles; a missing subject may not be signed in. */
  readonly profiles: Map<string, Profile>
  /** While set, the directory rejects. */
  away: boolean
}

export function people(...subjects: readonly string[]): People {
  const directory: People = {
    profiles: new Map(subjects.map((subject) => [subject, { user: { subject }, scope: 'orders', version: 0 }])),
    away: false,
    async authenticate({ username, password }) {
      if (directory.away) throw new Error('the directory is unavailable')
      return directory.profiles.has(username) && password === passwordOf(username) ? { subject: username } : null
    },
    async profile({ subject }) {
      if (directory.away) throw new Error('the directory is unavailable')
      return directory.profiles.get(subject) ?? null
    },
  }
  return directory
}

export function passwordOf(username: string): string {
  return `the long password of ${username}`
}
