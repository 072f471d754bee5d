import { createHash, randomBytes } from 'node:crypto'
import type { Users } from './users/users.js'

export interface DemoAccount {
  readonly username: string
  readonly password: string
  readonly name: string
}

/** People of the old system, with passwords of this run. */
export function makeAccounts(): readonly DemoAccount[] {
  const people = { ada: 'Ada', lin: '林' }
  return Object.entries(people).map(([username, name]) => ({ username, name, password: newPassword() }))
}

/** As the old system wrote them: MD5, without a salt. */
export async function insertLegacyUsers(users: Users, accounts: readonly DemoAccount[]): Promise<void> {
  for (const { username, name, password } of accounts) {
    await users.insert({ username, name, hash: createHash('md5').update(password).digest('hex') })
  }
}

export function newPassword(): string {
  return randomBytes(9).toString('base64url')
}
