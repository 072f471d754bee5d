import { hashSync, verify } from '@node-rs/argon2'
import type { Directory } from '@sessionward/server'
import { type Collection, ObjectId } from 'mongodb'

interface User {
  readonly _id: ObjectId
  readonly email: string
  readonly name: string
  readonly roles: readonly string[]
  readonly passwordHash: string
  readonly disabled?: boolean
  readonly profileVersion?: number
}

/** An unknown user costs the same work as a wrong password. */
const dummyHash = hashSync('no account has this password')

export function shopMembers(users: Collection<User>): Directory {
  return {
    async authenticate({ username, password }) {
      const user = await users.findOne({ email: username.trim().toLowerCase(), disabled: { $ne: true } })
      const matches = await verify(user?.passwordHash ?? dummyHash, password)
      return user && matches ? { subject: user._id.toHexString() } : null
    },

    async profile({ subject }) {
      if (!/^[0-9a-f]{24}$/.test(subject)) return null
      const user = await users.findOne({ _id: new ObjectId(subject), disabled: { $ne: true } })
      if (!user) return null
      const { email, name, roles, profileVersion: version = 0 } = user
      return { scope: roles.join(' '), version, user: { id: subject, email, name } }
    },
  }
}
