import { hashSync, verify } from '@node-rs/argon2'
import type { Directory } from '@sessionward/server'
import type { Pool, RowDataPacket } from 'mysql2/promise'

interface User extends RowDataPacket {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: 'customer' | 'clerk'
  readonly password_hash: string
  readonly profile_version: number
}

const columns = 'CAST(id AS CHAR) AS id, email, name, role, password_hash, profile_version'
const scopes = { customer: 'orders', clerk: 'orders stock' }

/** An unknown user costs the same work as a wrong password. */
const dummyHash = hashSync('no account has this password')

/** The form of an e-mail address by which people are recognised, and by which the auth server counts failed sign-ins. */
function canonical(email: string): string {
  return email.normalize('NFKC').toLowerCase().trim()
}

export function shopUsers(pool: Pool): Directory {
  async function userBy(column: 'email' | 'id', value: string): Promise<User | undefined> {
    const sql = `SELECT ${columns} FROM users WHERE ${column} = ? AND disabled_at IS NULL`
    const [[user]] = await pool.execute<User[]>(sql, [value])
    return user
  }

  async function userByEmail(given: string): Promise<User | undefined> {
    const email = canonical(given)
    const user = await userBy('email', email)
    // The column's collation also finds ann@example.com for ánn@example.com, which would have attempts of its own.
    return user && canonical(user.email) === email ? user : undefined
  }

  return {
    canonicalUsername: canonical,

    async authenticate({ username, password }) {
      const user = await userByEmail(username)
      const matches = await verify(user?.password_hash ?? dummyHash, password)
      return user && matches ? { subject: user.id } : null
    },

    async profile({ subject }) {
      const user = await userBy('id', subject)
      // MySQL reads '7x' as the number 7.
      if (user?.id !== subject) return null
      const { id, email, name, role, profile_version: version } = user
      return { scope: scopes[role], version, claims: { role }, user: { id, email, name } }
    },
  }
}
