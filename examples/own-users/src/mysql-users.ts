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

/** Somebody unknown costs the same work as a wrong password. */
const nobody = hashSync('nobody has this password')

export function mysqlUsers(pool: Pool): Directory {
  async function userBy(column: 'email' | 'id', value: string): Promise<User | undefined> {
    const sql = `SELECT ${columns} FROM users WHERE ${column} = ? AND disabled_at IS NULL`
    const [[user]] = await pool.execute<User[]>(sql, [value])
    return user
  }

  return {
    async authenticate({ username, password }) {
      const user = await userBy('email', username.trim().toLowerCase())
      const fits = await verify(user?.password_hash ?? nobody, password)
      return user && fits ? { subject: user.id } : null
    },

    async profile({ subject }) {
      const user = await userBy('id', subject)
      // MySQL takes '7x' for the number 7.
      if (user?.id !== subject) return null
      const { id, email, name, role, profile_version: version } = user
      return { scope: scopes[role], version, claims: { role }, user: { id, email, name } }
    },
  }
}
