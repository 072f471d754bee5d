import { hash, verify } from '@node-rs/argon2'
import { AnswerError, type Directory } from '@sessionward/server'
import { md5, type UserSource, userDirectory } from '@sessionward/server/users'
import type { Users } from './users/users.js'

/**
 * The people of the table, as the auth server sees them: a hash that is still MD5 is verified once, and replaced by argon2id. A
 * registration and a change of the password are the application's own, since only they write to its table.
 */
export function createDirectory(users: Users, source: UserSource): Directory {
  const directory = userDirectory(source, {
    hashes: [md5()],
    user: ({ username, name }) => ({ username, name }),
    claims: ({ name }) => ({ name }),
  })
  return {
    ...directory,

    async register({ username, password, profile }) {
      checkPassword(password)
      const name = String(profile.name ?? username)
      checkWidth('username', username, 190)
      checkWidth('name', name, 100)
      const inserted = await users.insert({
        username: directory.canonicalUsername(username),
        name,
        hash: await hash(password),
      })
      if (inserted === 'taken') return 'taken'
      return { subject: (await users.find(directory.canonicalUsername(username)))!.id }
    },

    async changePassword({ subject, current, next }) {
      const known = (await source.findById(subject))?.hash
      // Usually argon2id: a sign-in replaces an older hash. Where that failed, `verify` throws: 503 until the next sign-in.
      if (!known || !(await verify(known, current))) return 'wrong'
      checkPassword(next)
      // Only if it still is the verified one: of two changes at once, one succeeds. Not by `source`, which counts legacy hashes.
      return (await users.source.replaceHash(subject, known, await hash(next))) ? 'changed' : 'wrong'
    },
  }
}

/** The column's: MySQL refuses a longer value, and the answer would be "try again". */
function checkWidth(field: string, value: string, maxLength: number): void {
  if (value.length > maxLength)
    throw new AnswerError('invalid_request', `${field}: expected at most ${maxLength} characters`)
}

/** Length is what counts (NIST SP 800-63B-4 section 3.1.1.2). */
function checkPassword(password: string): void {
  if ([...password].length < 8) throw new AnswerError('invalid_request', 'password: expected at least 8 characters')
}
