import { compare } from '@node-rs/bcrypt'
import { bcrypt, md5, mysqlUsers, type UserDirectory, userDirectory } from '@sessionward/server/users'
import type { Pool } from 'mysql2/promise'

const scopes: Readonly<Record<string, string>> = { customer: 'orders', clerk: 'orders stock' }

/** A `users` table with hashes of three generations: MD5 of pages in GBK or UTF-8, PHP's bcrypt, and argon2. */
export function oldUsers(pool: Pool): UserDirectory {
  const users = mysqlUsers(pool, {
    table: 'users',
    columns: {
      id: 'id',
      username: 'email',
      hash: 'password_hash',
      disabled: 'disabled_at',
      version: 'profile_version',
      changedAt: 'password_changed_at',
    },
    select: ['name', 'role'],
  })
  return userDirectory(users, {
    hashes: [md5({ encodings: ['utf-8', 'gbk'] }), bcrypt({ compare })],
    scope: (row) => scopes[String(row.role)] ?? '',
    claims: (row) => ({ role: row.role }),
    user: ({ id, email, name }) => ({ id, email, name }),
  })
}
